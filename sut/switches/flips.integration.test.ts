// Flips between two real databases: what they keep together, whatever stops half way.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GAPS_TABLE } from '../../contracts/migration-tables.ts'
import type { Phase } from '../../contracts/switches.ts'
import { beginMigration } from './begin-migration.ts'
import { changeSetting } from './change-setting.ts'
import { resumeFlip } from './flip.ts'
import { courseOf, stepsOf } from './flip-steps.ts'
import { lookAtBoth } from './look-at-both.ts'
import { type Moved, movePhase } from './move-phase.ts'
import { ANYBODY, BOTH_SERVICES, newOrder, openTwoLedgers, type TwoLedgers, under } from './two-ledgers.setup.ts'

/** A claim that nobody renews is soon anybody's. */
const CLAIM_MS = 400

let both: TwoLedgers

beforeEach(async () => {
  both = await openTwoLedgers(CLAIM_MS)
  await beginMigration(ANYBODY, both.tools)
  await changeSetting({ monolith: 'business-layer' }, ANYBODY, both.tools)
})
afterEach(() => both?.close())

const move = (to: Phase, more: object = {}, tools: object = {}): Promise<Moved> =>
  movePhase(() => to, { ...BOTH_SERVICES, ...more }, ANYBODY, { ...both.tools, ...tools })
const state = async () => (await both.stores.legacy.ledger.read())!.state
const audited = async () =>
  (await both.stores.sharded.ledger.audit(50)).map(({ what, detail }) => ({ what, ...detail }))

/** As far as the test needs to be. */
async function goTo(phase: Phase): Promise<number> {
  for (const to of ['phase1', 'phase2', 'done'] as const) {
    if ((await state()).phase === phase) break
    if (to === 'phase2') await both.compared()
    expect(await move(to)).toMatchObject({ kind: 'moved' })
  }
  return (await state()).epoch
}

/** What every process that takes writes does all the time. */
async function untilResumed(): Promise<void> {
  await expect
    .poll(
      async () => {
        await resumeFlip(both.tools)
        const { seen } = await lookAtBoth(both.tools.ledgers)
        return seen.legacy && seen.sharded ? courseOf(seen) : 'one does not answer'
      },
      { timeout: 60_000, interval: 50 },
    )
    .toBeNull()
}

it('goes through all phases and back, with one store open at a time and an epoch of its own each', async () => {
  expect(await both.openStores()).toEqual(['legacy'])
  const epochs = [(await state()).epoch]
  for (const to of ['phase1', 'phase2', 'done', 'phase2', 'phase1', 'legacy'] as const) {
    if (to === 'phase2') await both.compared()
    const moved = await move(to)
    expect(moved).toMatchObject({ kind: 'moved' })
    if (moved.kind === 'moved') process.stdout.write(`→ ${to}: writers waited ${Math.round(moved.pausedMs)} ms\n`)
    expect(await state()).toMatchObject({ phase: to, open: true })
    expect(await both.stores.sharded.ledger.read()).toMatchObject({ state: await state(), flip: null, claimedBy: null })
    expect(await both.openStores()).toEqual([to === 'legacy' || to === 'phase1' ? 'legacy' : 'sharded'])
    epochs.push((await state()).epoch)
  }
  expect(epochs).toEqual(epochs.toSorted((one, other) => one - other))
  expect(new Set(epochs).size).toBe(epochs.length)
})

describe('what is written while a flip is under way', () => {
  it('and commits between the close and the drain is in the other store', async () => {
    const epoch = await goTo('phase1')
    await both.compared()
    const [late, refused] = [newOrder(), newOrder()]
    const writer = await both.writing(late, under('phase1', epoch))
    let answer: string | undefined
    const beforeStep = async ({ kind }: { kind: string }) => {
      if (kind === 'drain') answer = await both.write(refused, 1, under('phase1', epoch))
    }
    const flipping = move('phase2', {}, { beforeStep })
    await sleep(1_500) // longer than a lock is waited for
    expect((await both.stores.sharded.ledger.read())?.state.epoch).toBe(epoch)
    await writer.rows('COMMIT')
    await writer.drop()
    expect(await flipping).toMatchObject({ kind: 'moved' })
    expect(answer).toBe('fenced')
    expect(await both.versionIn('sharded', late)).toBe(1)
    expect([await both.versionIn('sharded', refused), await both.versionIn('legacy', refused)]).toEqual([null, null])
  })

  it('by somebody who does not end takes the flip back: all other shards go on at once, under a new epoch', async () => {
    const epoch = await goTo('phase1')
    await both.compared()
    const writer = await both.writing(newOrder(7), under('phase1', epoch))
    const flipping = move('phase2')
    await expect.poll(async () => (await state()).epoch > epoch && (await state()).open, { timeout: 60_000 }).toBe(true)
    const again = await state()
    expect(again).toMatchObject({ phase: 'phase1', epoch: epoch + 2 })
    expect(await both.write(newOrder(8), 1, under('phase1', again.epoch))).toBe('stored')
    expect(await both.write(newOrder(8), 1, under('phase1', epoch))).toBe('fenced')
    await writer.rows('ROLLBACK')
    await writer.drop()
    expect(await flipping).toMatchObject({ kind: 'taken-back', obstacle: { kind: 'writers-stay', shards: [7] } })
    expect(await both.write(newOrder(7), 1, under('phase1', again.epoch))).toBe('stored')
  })

  it('and is not in the other store is noticed: the flip is taken back', async () => {
    await goTo('phase1')
    await both.compared()
    const unmarked = newOrder()
    await both.stores.legacy.database.rows(`INSERT INTO t_order (order_id, version) VALUES (${unmarked}, 1)`)
    expect(await move('phase2')).toMatchObject({ kind: 'taken-back', obstacle: { kind: 'stores-differ', shards: [7] } })
    expect(await both.openStores()).toEqual(['legacy'])
  })
})

describe('a flip that dies between two steps', () => {
  const WAYS = [
    ['phase1', 'phase2'],
    ['phase2', 'phase1'],
    ['legacy', 'phase1'],
  ] as const

  it.each(WAYS)(
    '%s → %s: one store is open afterwards, nothing is lost, and the next try gets there',
    async (from, to) => {
      const back = from
      await goTo(from)
      const order = newOrder()
      const steps = stepsOf({ from, to, epoch: 0 }).length
      let version = 0
      for (let deadly = 0; deadly < steps; deadly++) {
        await both.compared()
        const { epoch } = await state()
        expect(await both.write(order, ++version, under(from, epoch))).toBe('stored')
        let step = 0
        const beforeStep = () => {
          if (step++ === deadly) throw new Error('killed')
        }
        await expect(move(to, {}, { beforeStep })).rejects.toThrow('killed')
        expect((await both.openStores()).length).toBeLessThanOrEqual(1)
        await untilResumed()
        const resumed = await state()
        const authority = resumed.phase === 'phase2' ? 'sharded' : 'legacy'
        expect({ deadly, open: await both.openStores() }).toEqual({ deadly, open: [authority] })
        expect(resumed.open).toBe(true)
        expect(await both.versionIn(authority, order)).toBe(version)
        expect(await both.write(order, ++version, under(resumed.phase, resumed.epoch))).toBe('stored')
        if (resumed.phase === from) {
          await both.compared()
          expect({ deadly, ...(await move(to)) }).toMatchObject({ deadly, kind: 'moved' })
        }
        if (to !== 'phase1' || from !== 'legacy') {
          expect(await both.versionIn(to === 'phase2' ? 'sharded' : 'legacy', order)).toBe(version)
        }
        await both.compared()
        expect({ deadly, ...(await move(back)) }).toMatchObject({ deadly, kind: 'moved' })
      }
    },
  )

  it('is left alone while its claim is renewed, and two at once are one', async () => {
    await goTo('phase1')
    await both.compared()
    let resumed: unknown = 'not asked'
    const other = {
      ...both.tools,
      ledgers: { legacy: both.stores.legacy.otherLedger, sharded: both.stores.sharded.otherLedger },
    }
    const beforeStep = async ({ kind }: { kind: string }) => {
      if (kind !== 'drain') return
      resumed = await resumeFlip(other)
      expect(await movePhase(() => 'phase2', BOTH_SERVICES, ANYBODY, other)).toMatchObject({ kind: 'busy' })
    }
    expect(await move('phase2', {}, { beforeStep, claimMs: 60_000 })).toMatchObject({ kind: 'moved' })
    expect(resumed).toBeNull()
  })

  it('and was only slow: what it does after somebody took over changes nothing', async () => {
    const epoch = await goTo('phase1')
    await both.compared()
    const other = {
      ...both.tools,
      ledgers: { legacy: both.stores.legacy.otherLedger, sharded: both.stores.sharded.otherLedger },
    }
    let hasSlept = false
    const beforeStep = async ({ kind }: { kind: string }) => {
      if (kind !== 'announce' || hasSlept) return
      hasSlept = true
      await expect.poll(() => resumeFlip(other), { timeout: 30_000 }).toMatchObject({ kind: 'reopen' })
    }
    expect(await move('phase2', {}, { beforeStep })).toMatchObject({ kind: 'busy' })
    expect(await both.openStores()).toEqual(['legacy'])
    expect(await state()).toMatchObject({ phase: 'phase1', open: true, epoch: epoch + 2 })
    await both.compared()
    expect(await move('phase2')).toMatchObject({ kind: 'moved', epoch: epoch + 3 })
  })
})

it('is changed by nobody who does not hold the claim, statement by statement', async () => {
  const before = await state()
  const { ledger } = both.stores.legacy
  const stranger = 'nobody'
  expect(await ledger.fence(null, stranger)).toHaveLength(64)
  expect(await ledger.announce(stranger, { ...before, epoch: before.epoch + 5 }, null)).toBe(false)
  expect(await ledger.tell(stranger, before.epoch)).toBe(false)
  expect(await ledger.renew({ token: stranger, ttlMs: 60_000 })).toBe(false)
  expect(await ledger.release(stranger, 'flip')).toBe(false)
  expect(await state()).toEqual(before)
  expect(await both.openStores()).toEqual(['legacy'])
})

describe('a flip is refused', () => {
  it('while orders are known to one store only and nobody tells the other, with their number', async () => {
    const epoch = await goTo('phase2')
    await changeSetting({ mirror: 'off' }, ANYBODY, both.tools)
    const orders = Array.from({ length: 20 }, () => newOrder())
    for (const order of orders) expect(await both.write(order, 1, under('phase2', epoch))).toBe('stored')
    expect(await move('phase1')).toMatchObject({
      kind: 'refused',
      refused: [{ kind: 'gaps', gaps: orders.length, mirror: 'off' }],
    })
    await changeSetting({ mirror: 'batched' }, ANYBODY, both.tools)
    expect(await move('phase1')).toMatchObject({ kind: 'moved' })
    for (const order of orders) expect(await both.versionIn('legacy', order)).toBe(1)
  })

  it('while an order is parked, naming it; whoever leaves it behind is noted', async () => {
    const epoch = await goTo('phase2')
    const poison = newOrder()
    expect(await both.write(poison, 1, under('phase2', epoch))).toBe('stored')
    await both.stores.sharded.database.rows(`UPDATE ${GAPS_TABLE} SET parked_reason = 'cancelled but captured'`)
    expect(await move('phase1')).toMatchObject({
      kind: 'refused',
      refused: [{ kind: 'parked', parked: 1, orders: [{ orderId: poison, reason: 'cancelled but captured' }] }],
    })
    expect(await move('phase1', { leaveParked: true })).toMatchObject({ kind: 'moved' })
    const [latest] = await both.stores.legacy.ledger.audit(1)
    expect(latest).toMatchObject({ ...ANYBODY, what: 'flip', detail: { leaveParked: { parked: 1 } } })
    expect(latest?.detail.leaveParked).toMatchObject({ first: [{ orderId: poison }] })
  })

  it('into phase 2 upon a comparison from before the last entry into phase 1', async () => {
    await goTo('phase1')
    await both.compared()
    await move('legacy')
    await move('phase1')
    expect(await move('phase2')).toMatchObject({ refused: [{ kind: 'not-compared', found: 'earlier' }] })
  })

  it('away from a dead authority, unless the loss is accepted; then it is noted, and the dead one stays closed', async () => {
    await goTo('phase2')
    const { proxy } = both.stores.sharded
    proxy.mode = 'down'
    expect(await move('phase1')).toMatchObject({
      kind: 'refused',
      refused: [{ kind: 'store-silent', store: 'sharded', isAuthority: true }],
    })
    const forced = await move('phase1', { acceptLoss: true })
    expect(forced).toMatchObject({ kind: 'moved' })
    const [latest] = await both.stores.legacy.ledger.audit(1)
    expect(latest?.detail).toMatchObject({ isForced: true, acceptLoss: expect.stringContaining('cannot be listed') })
    expect(await state()).toMatchObject({ phase: 'phase1', open: true })
    proxy.mode = 'normal'
    await untilResumed()
    expect(await both.openStores()).toEqual(['legacy'])
    expect((await both.stores.sharded.ledger.read())?.state).toEqual(await state())
  })
})

describe('with the new store black-holed in phase 1', () => {
  it('orders are placed, and the way back to the monolith alone is open', async () => {
    const epoch = await goTo('phase1')
    both.stores.sharded.proxy.mode = 'stalled'
    expect(await both.write(newOrder(), 1, under('phase1', epoch))).toBe('stored')
    expect(await move('phase2')).toMatchObject({ kind: 'refused' })
    expect(await move('legacy')).toMatchObject({ kind: 'moved' })
    expect(await state()).toMatchObject({ phase: 'legacy', open: true })
    both.stores.sharded.proxy.mode = 'normal'
    await untilResumed()
    expect((await both.stores.sharded.ledger.read())?.state).toEqual(await state())
  })
})

describe('settings', () => {
  it('are changed in both databases, with who and why', async () => {
    const changed = await changeSetting(
      { mirror: 'inline', comparePerMille: 5, catalogue: 'phase1', gateway: 'interface-layer', grayPercent: 7 },
      ANYBODY,
      both.tools,
    )
    expect(changed).toMatchObject({
      kind: 'changed',
      after: { mirror: 'inline', comparePerMille: 5, catalogue: 'phase1' },
    })
    for (const name of ['legacy', 'sharded'] as const) {
      expect((await both.stores[name].ledger.read())?.state).toMatchObject({
        mirror: 'inline',
        catalogue: 'phase1',
        gateway: 'interface-layer',
        grayPercent: 7,
      })
    }
    expect((await audited())[0]).toMatchObject({ what: 'set', mirror: 'inline' })
  })

  it('that were told to one database only, as their author died, are told to the other', async () => {
    const { legacy } = both.stores
    const claim = { token: 'a dead one', ttlMs: 1 }
    expect(await legacy.ledger.takeOver(claim)).toBe(true)
    const before = await state()
    const after = { ...before, mirror: 'off', revision: before.revision + 1 } as const
    expect(await legacy.ledger.announce(claim.token, after, null)).toBe(true)
    await untilResumed()
    expect((await both.stores.sharded.ledger.read())?.state).toEqual(after)
  })

  it('that lead nowhere are refused: the monolith back on its own past phase 1, the end before there is one', async () => {
    expect(await changeSetting({ isFinal: true }, ANYBODY, both.tools)).toMatchObject({ refused: { kind: 'not-done' } })
    await goTo('phase2')
    const back = await changeSetting({ monolith: 'own-database' }, ANYBODY, both.tools)
    expect(back).toMatchObject({ kind: 'refused', refused: { kind: 'monolith-past-phase1', phase: 'phase2' } })
  })

  it('end the way back: marks are forgotten, and phase 2 is refused', async () => {
    const epoch = await goTo('done')
    for (const catalogue of ['phase1', 'phase2', 'done'] as const) {
      expect(await changeSetting({ catalogue }, ANYBODY, both.tools)).toMatchObject({ kind: 'changed' })
    }
    expect(await both.write(newOrder(), 1, under('done', epoch))).toBe('stored')
    expect(await changeSetting({ isFinal: true }, ANYBODY, both.tools)).toMatchObject({ kind: 'changed' })
    expect(await both.stores.sharded.database.rows(`SELECT * FROM ${GAPS_TABLE}`)).toEqual([])
    expect(await move('phase2')).toMatchObject({ refused: [{ kind: 'final' }] })
  })
})
