// Processes beside flips, on two real databases: what they believe, when they stop answering, and who finishes what a killed
// flip left.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SWITCHES_TABLE } from '../../contracts/migration-tables.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import { type Phase, STORE_NAMES, type Switches } from '../../contracts/switches.ts'
import { NOW_MS } from '../storage/database-clock.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { createLogger } from '../telemetry/logger.ts'
import { beginMigration } from './begin-migration.ts'
import { changeSetting } from './change-setting.ts'
import { flipRescue } from './flip-rescue.ts'
import { type Moved, movePhase } from './move-phase.ts'
import { PolledSwitchBoard, type SwitchSource } from './polled-switch-board.ts'
import { ANYBODY, BOTH_SERVICES, newOrder, openTwoLedgers, type TwoLedgers, under } from './two-ledgers.setup.ts'

const logger = createLogger('order', 'silent')
const FROZEN_MS = 10_000
/** For so long a flip that died keeps others out: docs/how-do-we-switch-over-and-back.md. */
const CLAIM_LEASE_MS = 4_000

let both: TwoLedgers
const started: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  // As long as it is in earnest.
  both = await openTwoLedgers(CLAIM_LEASE_MS)
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

/** Of one process, by what its board says. */
class Writers {
  readonly stored: OrderId[] = []
  /** Their process did not know where to write them, or was stopped over them. */
  readonly givenUp: OrderId[] = []
  fenced = 0
  readonly #board: PolledSwitchBoard
  #isOver = false

  constructor(polled: PolledSwitchBoard) {
    this.#board = polled
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#write(newOrder())
      await sleep(20)
    }
  }

  stop(): void {
    this.#isOver = true
  }

  /** As a service does it: what is fenced waits for the store to open, and is tried again. */
  async #write(order: OrderId): Promise<void> {
    let believed = this.#believed()
    while (believed && !this.#isOver) {
      if (believed.open) {
        if ((await both.write(order, 1, believed)) === 'stored') {
          this.stored.push(order)
          return
        }
        this.fenced++
      }
      believed = await this.#board.reopened(believed.epoch, contextFor('test', 2_000)).catch(() => this.#believed())
    }
    this.givenUp.push(order)
  }

  #believed(): Switches | null {
    try {
      return this.#board.now()
    } catch {
      return null
    }
  }
}

/** As the mirror does. Resolves once everything is told. */
function telling(): () => Promise<void> {
  let isOver = false
  const told = (async () => {
    for (let isTold = false; !isTold; await sleep(50)) {
      // Asked first: what was written before the end is in the round that follows.
      const isLast = isOver
      for (const name of STORE_NAMES) await both.tools.drain(name)
      const counts = await Promise.all(STORE_NAMES.map((name) => both.tools.ledgers[name].gaps()))
      isTold = isLast && counts.every(({ gaps }) => gaps === 0)
    }
  })()
  return async () => {
    isOver = true
    await told
  }
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
    await goTo('phase1')
    let isFrozen = false
    const freezing = ({ otherLedger }: TwoLedgers['stores']['legacy']): SwitchSource => ({
      beat: async (process, leaseMs) => {
        while (isFrozen) await sleep(20)
        return await otherLedger.beat(process, leaseMs)
      },
      leave: (processId) => otherLedger.leave(processId),
    })
    const frozen = await board({ legacy: freezing(both.stores.legacy), sharded: freezing(both.stores.sharded) })
    const sound = await board()
    const [stale, fresh] = [new Writers(frozen), new Writers(sound)]
    const stopTelling = telling()
    const running = [stale.run(), stale.run(), fresh.run(), fresh.run()]
    try {
      await expect
        .poll(() => Math.min(stale.stored.length, fresh.stored.length), { timeout: 30_000 })
        .toBeGreaterThan(4)
      isFrozen = true
      const thawing = sleep(FROZEN_MS)
      await both.compared()
      expect(await move('phase2')).toMatchObject({ kind: 'moved' })
      // Before the new authority took a write it had stopped to answer.
      expect(() => frozen.now()).toThrow('does not know at the moment')
      expect(stale.fenced).toBeGreaterThan(0)
      const [before, staleBefore] = [fresh.stored.length, stale.stored.length]
      await expect.poll(() => fresh.stored.length, { timeout: 30_000 }).toBeGreaterThan(before)
      expect(await move('phase1')).toMatchObject({ kind: 'moved' })
      await thawing
      expect(stale.stored).toHaveLength(staleBefore)
      isFrozen = false
      await expect.poll(() => stale.stored.length, { timeout: 30_000 }).toBeGreaterThan(staleBefore)
    } finally {
      isFrozen = false
      for (const writers of [stale, fresh]) writers.stop()
      await Promise.all(running)
      await stopTelling()
    }
    process.stdout.write(
      `a poll frozen for ${FROZEN_MS / 1_000} s: ${stale.fenced} of its writes fenced, ${stale.givenUp.length} orders given up, ` +
        `${stale.stored.length} stored; ${fresh.stored.length} by another process\n`,
    )
    for (const order of [...stale.stored, ...fresh.stored]) {
      expect([await both.versionIn('legacy', order), await both.versionIn('sharded', order)]).toEqual([1, 1])
    }
    for (const order of [...stale.givenUp, ...fresh.givenUp]) {
      expect([await both.versionIn('legacy', order), await both.versionIn('sharded', order)]).toEqual([null, null])
    }
    // Each epoch let writes into one store, and was used once.
    const [inLegacy, inSharded] = await Promise.all(
      [both.stores.legacy, both.stores.sharded].map(async ({ database }) =>
        (await database.rows<{ epoch: string }>('SELECT DISTINCT epoch FROM events')).map(({ epoch }) => Number(epoch)),
      ),
    )
    expect(inSharded).toHaveLength(1)
    expect(inLegacy).toHaveLength(2)
    expect(new Set([...inLegacy!, ...inSharded!]).size).toBe(3)
  })

  it('serves phase 1 while the new store is black-holed, and starts beside it', async () => {
    const epoch = await goTo('phase1')
    const running = await board()
    both.stores.sharded.proxy.mode = 'stalled'
    await sleep(2_500) // longer than a store may be silent that is read
    await answers(running)
    expect(running.now()).toMatchObject({ phase: 'phase1', epoch })
    expect(await both.write(newOrder(), 1, running.now())).toBe('stored')
    const restarted = await board({ sharded: both.stores.sharded.ledger })
    await answers(restarted)
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

/** Most of the time: a machine that stops it for two seconds makes it refuse, rightly. */
async function answers(polled: PolledSwitchBoard): Promise<void> {
  const looks: number[] = []
  for (let look = 0; look < 10; look++) {
    looks.push(said(polled))
    await sleep(200)
  }
  expect(looks.filter((status) => status === 200).length).toBeGreaterThan(5)
  await expect.poll(() => said(polled)).toBe(200)
}

function said(polled: PolledSwitchBoard): number {
  try {
    polled.now()
    return 200
  } catch (error) {
    return (error as { status: number }).status
  }
}

/** On the database's own clock: it can only get less. */
async function claimLeftMs({ rows }: TwoLedgers['stores']['legacy']['database']): Promise<number> {
  const [row] = await rows<{ leftMs: string | null }>(
    `SELECT claimed_until_ms - ${NOW_MS} AS leftMs FROM ${SWITCHES_TABLE} WHERE claimed_by IS NOT NULL`,
  )
  return Number(row?.leftMs ?? Number.NaN)
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
    const rescue = flipRescue(both.tools, logger)
    rescue.start()
    started.push(rescue)
    const { legacy, sharded } = both.stores
    const words = ['sut/switches/flip-child.fixture.ts', legacy.url, sharded.url, to, step]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    expect(await both.openStores()).toEqual([])
    for (const { database } of [legacy, sharded])
      expect(await claimLeftMs(database)).toBeLessThanOrEqual(CLAIM_LEASE_MS)
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
