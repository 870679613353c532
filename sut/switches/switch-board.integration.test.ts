// Processes beside flips, on two real databases: what they believe, when they stop answering, and who finishes what a killed
// flip left.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Phase } from '../../contracts/switches.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { createLogger } from '../telemetry/logger.ts'
import { beginMigration } from './begin-migration.ts'
import { changeSetting } from './change-setting.ts'
import { FlipRescue } from './flip-rescue.ts'
import { type Moved, movePhase } from './move-phase.ts'
import { PolledSwitchBoard, type SwitchSource } from './polled-switch-board.ts'
import { ANYBODY, BOTH_SERVICES, newOrder, openTwoLedgers, type TwoLedgers, under } from './two-ledgers.setup.ts'

const logger = createLogger('order', 'silent')

let both: TwoLedgers
const started: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  // As long as it is in earnest.
  both = await openTwoLedgers(4_000)
  await beginMigration(ANYBODY, both.tools)
  await changeSetting({ monolith: 'business-layer' }, ANYBODY, both.tools)
})
afterEach(async () => {
  for (const part of started.splice(0)) await part.stop()
  await both?.close()
})

async function board(sources: Partial<Record<'legacy' | 'sharded', SwitchSource>> = {}): Promise<PolledSwitchBoard> {
  const { legacy, sharded } = both.stores
  const all = { legacy: legacy.otherLedger, sharded: sharded.otherLedger, ...sources }
  const polled = new PolledSwitchBoard({ sources: all, role: 'order', logger })
  await polled.start()
  started.push(polled)
  return polled
}

const move = (to: Phase): Promise<Moved> => movePhase(() => to, BOTH_SERVICES, ANYBODY, both.tools)

async function goTo(phase: Phase): Promise<number> {
  for (const to of ['phase1', 'phase2'] as const) {
    if ((await both.stores.legacy.ledger.read())!.state.phase === phase) break
    if (to === 'phase2') await both.compared()
    expect(await move(to)).toMatchObject({ kind: 'moved' })
  }
  return (await both.stores.legacy.ledger.read())!.state.epoch
}

describe('a process', () => {
  it('hears of a flip, and its writers go on where the new authority is', async () => {
    const epoch = await goTo('phase1')
    const polled = await board()
    expect(polled.now()).toMatchObject({ phase: 'phase1', epoch, open: true })
    await both.compared()
    const waiting = polled.reopened(epoch, contextFor('test', 60_000))
    expect(await move('phase2')).toMatchObject({ kind: 'moved' })
    expect(await waiting).toMatchObject({ phase: 'phase2', open: true })
    expect(polled.now()).toMatchObject({ phase: 'phase2' })
  })

  it('that is frozen is waited for until it can no longer be believed; its writes are fenced, and none is lost', async () => {
    const epoch = await goTo('phase1')
    let isFrozen = false
    const freezing = ({ otherLedger }: TwoLedgers['stores']['legacy']): SwitchSource => ({
      beat: (process, leaseMs) => (isFrozen ? new Promise(() => {}) : otherLedger.beat(process, leaseMs)),
      leave: (processId) => otherLedger.leave(processId),
    })
    const polled = new PolledSwitchBoard({
      sources: { legacy: freezing(both.stores.legacy), sharded: freezing(both.stores.sharded) },
      role: 'order',
      logger,
    })
    await polled.start()
    isFrozen = true
    const stale = polled.now()
    await both.compared()
    const [first, second] = [newOrder(), newOrder()]
    expect(await both.write(first, 1, stale)).toBe('stored')
    expect(await move('phase2')).toMatchObject({ kind: 'moved' })
    expect(await both.write(second, 1, stale)).toBe('fenced')
    // Before the new authority took a write it had stopped to answer.
    expect(() => polled.now()).toThrow('does not know at the moment')
    expect(await both.versionIn('sharded', first)).toBe(1)
    expect(await both.versionIn('legacy', second)).toBeNull()
    expect((await both.stores.sharded.ledger.read())!.state.epoch).toBeGreaterThan(epoch)
  })

  it('serves phase 1 while the new store is black-holed, and starts beside it', async () => {
    const epoch = await goTo('phase1')
    const running = await board()
    both.stores.sharded.proxy.mode = 'stalled'
    await sleep(2_500) // longer than a store may be silent that is read
    expect(running.now()).toMatchObject({ phase: 'phase1', epoch })
    expect(await both.write(newOrder(), 1, running.now())).toBe('stored')
    const restarted = await board({ sharded: both.stores.sharded.ledger })
    expect(restarted.now()).toMatchObject({ phase: 'phase1', epoch })
  })

  it('answers nothing once the store that it reads has been silent for too long, and answers when it is back', async () => {
    await goTo('phase1')
    const polled = await board()
    both.stores.legacy.proxy.mode = 'stalled'
    await expect.poll(() => said(polled), { timeout: 30_000 }).toBe(503)
    both.stores.legacy.proxy.mode = 'normal'
    await expect.poll(() => said(polled), { timeout: 30_000 }).toBe(200)
  })
})

function said(polled: PolledSwitchBoard): number {
  try {
    polled.now()
    return 200
  } catch (error) {
    return (error as { status: number }).status
  }
}

describe('a flip that is killed with -9', () => {
  it.each([
    ['phase1', 'phase2', 'drain', 'phase1'],
    ['phase1', 'phase2', 'open', 'phase2'],
    ['phase2', 'phase1', 'announce', 'phase2'],
    ['phase2', 'phase1', 'await', 'phase1'],
  ] as const)('%s → %s before it would %s: the processes open %s within seconds', async (from, to, step, expected) => {
    const epoch = await goTo(from)
    await both.compared()
    const order = newOrder()
    expect(await both.write(order, 1, under(from, epoch))).toBe('stored')
    await both.tools.drain(from === 'phase1' ? 'legacy' : 'sharded')
    const polled = await board()
    const rescue = new FlipRescue(both.tools, logger)
    rescue.start()
    started.push(rescue)
    const { legacy, sharded } = both.stores
    const words = ['sut/switches/flip-child.fixture.ts', legacy.url, sharded.url, to, step]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    expect(await both.openStores()).toEqual([])
    child.kill('SIGKILL')
    const killedAtMs = performance.now()
    const reopened = await polled.reopened(epoch, contextFor('test', 60_000))
    const seconds = ((performance.now() - killedAtMs) / 1000).toFixed(1)
    process.stdout.write(`${from} → ${to}, killed before ${step}: ${reopened.phase} open after ${seconds} s\n`)
    expect(reopened.phase).toBe(expected)
    expect(await both.openStores()).toEqual([expected === 'phase2' ? 'sharded' : 'legacy'])
    expect(await both.write(order, 2, reopened)).toBe('stored')
    if (reopened.phase === to) return
    await both.compared()
    await expect.poll(async () => (await move(to)).kind, { timeout: 60_000 }).toBe('moved')
    expect(await both.versionIn(to === 'phase2' ? 'sharded' : 'legacy', order)).toBe(2)
  })
})
