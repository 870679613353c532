import { describe, expect, it } from 'vitest'
import { backlogOf, cpuUsage, otherCpu } from './observer.ts'
import type { ProcessSnapshot } from './process-usage.ts'

/** A snapshot in which each component has used so many CPU seconds. */
function at(atMs: number, cpu: Record<string, number>, busySeconds: number, totalSeconds: number) {
  const components = new Map(
    Object.entries(cpu).map(([name, cpuSeconds]) => [
      name,
      { cpuSeconds, rssBytes: 7, disk: { readBytes: 0, writtenBytes: 1000 * cpuSeconds } },
    ]),
  )
  const value: ProcessSnapshot = { components, startTicks: new Map(), machine: { busySeconds, totalSeconds } }
  return { atMs, value }
}

it('other work is what neither the system nor k6 used: what we did ourselves is no miss of the system', () => {
  const usage = cpuUsage(
    [at(0, { sut: 0, k6: 0, headroom: 0 }, 0, 0), at(10_000, { sut: 4, k6: 2, headroom: 8 }, 18, 20)],
    0,
    10_000,
    2,
  )
  expect(otherCpu(usage)).toBeCloseTo(0.9 - 0.2 - 0.1)
  expect(otherCpu({ ...usage, machineCpu: null })).toBeNull()
})

describe('cpuUsage', () => {
  // Half a second into the window until half a second before its end: 8 s of two cores.
  const samples = [
    at(0, { sut: 0, k6: 0 }, 0, 0),
    at(1500, { sut: 10, k6: 1 }, 100, 200),
    at(9500, { sut: 18, k6: 3, nginx: 0.8 }, 112, 216),
    at(12_000, { sut: 99, k6: 99 }, 900, 1000),
  ]
  const usage = cpuUsage(samples, 1000, 10_000, 2)

  it('takes the samples inside the window, and scales CPU time to all of it', () => {
    const [sut, k6, nginx] = usage.components
    expect(sut).toMatchObject({ name: 'sut', cpuShare: 0.5, cpuSeconds: 9, rssBytes: 7, diskWrittenBytes: 9000 })
    expect(k6).toMatchObject({ name: 'k6', cpuShare: 0.125, cpuSeconds: 2.25 })
    expect(nginx?.cpuSeconds).toBeCloseTo(0.9)
  })

  it('gives the generator’s share of all cores, and the machine’s', () => {
    expect(usage).toMatchObject({ generatorCpu: 0.125, machineCpu: 0.75 })
  })

  it('is unknown without two samples, or without /proc', () => {
    const unknown = { components: [], machineCpu: null, generatorCpu: null }
    expect(cpuUsage(samples, 2000, 3000, 2)).toEqual(unknown)
    const noProc = [2000, 3000].map((atMs) => ({ atMs, value: null }))
    expect(cpuUsage(noProc, 1000, 10_000, 2)).toEqual(unknown)
  })
})

describe('backlogOf', () => {
  const samples = (values: readonly number[]) => values.map((value, at) => ({ atMs: at * 1000, value }))

  it('compares the first third with the last, by medians', () => {
    expect(backlogOf(samples([0, 1, 0, 5, 5, 5, 9, 30, 9]))).toEqual({ startSeconds: 0, endSeconds: 9 })
    expect(backlogOf(samples([1, 2]))).toBeNull()
  })
})
