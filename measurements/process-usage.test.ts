import { describe, expect, it } from 'vitest'
import {
  inheritedComponent,
  type ProcessStat,
  parseMachineTimes,
  parseProcessStat,
  snapshotOf,
} from './process-usage.ts'

const LINE =
  '4711 (node (main) x) S 4000 4711 4711 0 -1 4194560 9 0 0 0 250 50 7 7 20 0 11 0 987654 1073741824 2560 18446744073709551615 1 1'

describe('parseProcessStat', () => {
  it('reads times and memory behind any command name', () => {
    expect(parseProcessStat(LINE)).toEqual({
      pid: 4711,
      parentPid: 4000,
      startTicks: 987654,
      cpuSeconds: 3,
      rssBytes: 2560 * 4096,
    })
  })

  it.each([[''], ['4711 (node) S'], ['no number (x) S 1 2']])('refuses %j', (text) => {
    expect(parseProcessStat(text)).toBeNull()
  })
})

describe('parseMachineTimes', () => {
  it('counts all but idle and waiting for disks as busy, stolen time too', () => {
    const text = 'cpu  100 10 50 800 20 5 5 10 0 0\ncpu0 1 1 1 1 1 1 1 1\n'
    expect(parseMachineTimes(text)).toEqual({ busySeconds: 1.8, totalSeconds: 10 })
    expect(parseMachineTimes('')).toBeNull()
  })
})

describe('inheritedComponent', () => {
  const stat = (pid: number, parentPid: number): ProcessStat => ({
    pid,
    parentPid,
    startTicks: 0,
    cpuSeconds: 0,
    rssBytes: 0,
  })
  const stats = new Map([stat(1, 0), stat(10, 1), stat(11, 10), stat(12, 11), stat(20, 1)].map((one) => [one.pid, one]))
  const components = new Map([
    [10, 'nginx'],
    [12, 'sut'],
  ])

  it.each([
    ['itself', 10, 'nginx'],
    ['its parent', 11, 'nginx'],
    ['itself before its parent', 12, 'sut'],
    ['nobody watched', 20, undefined],
  ])('follows %s', (_, pid, component) => {
    expect(inheritedComponent(stats.get(pid) as ProcessStat, stats, components)).toBe(component)
  })
})

describe.runIf(process.platform === 'linux')('snapshotOf', () => {
  it('sees this process, and no process that is not there', async () => {
    const snapshot = await snapshotOf([
      { component: 'self', pid: process.pid },
      { component: 'nobody', pid: 4_194_305 },
    ])
    expect(snapshot?.components.get('self')?.rssBytes).toBeGreaterThan(1e6)
    expect(snapshot?.components.has('nobody')).toBe(false)
    expect([...(snapshot?.startTicks.keys() ?? [])]).toEqual([process.pid])
  })
})
