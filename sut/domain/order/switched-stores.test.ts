import { describe, expect, it } from 'vitest'
import { asShard } from '../../../contracts/shard.ts'
import { NO_MIGRATION, NOT_BEGUN, PHASES, type Phase, type Switches } from '../../../contracts/switches.ts'
import { SutError } from '../../errors.ts'
import type { OrderStore, WriteGuard } from '../../storage/order-store.ts'
import { SteppedBoard } from '../../switches/stepped-board.fixture.ts'
import { type CallContext, contextFor } from '../../telemetry/call-context.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { pausedWrites } from './paused-writes.ts'
import { type StoreSide, SwitchedStores } from './switched-stores.ts'

const side = (name: string): StoreSide => ({
  store: { name } as unknown as OrderStore,
  ids: { next: () => Promise.reject(new Error('no ids here')) },
})
const SIDES = { sharded: side('sharded'), legacy: side('legacy') }
const at = (phase: Phase, epoch: number, open = true): Switches => ({
  ...NO_MIGRATION,
  phase,
  epoch,
  open,
  isFinal: false,
  mirror: 'inline',
})
const SHARD = asShard(7)
const context = () => contextFor('test', 1_000)

type Attempt = { readonly store: string; readonly guard: WriteGuard | null }

/** Every attempt is refused until the store is the one that is open, for the epoch that it is open for. */
function writing(stores: SwitchedStores, openFor: { readonly store: string; readonly epoch: number }) {
  const attempts: Attempt[] = []
  const answer = (within: CallContext) =>
    stores.write(SHARD, within, async ({ store }, guard) => {
      const { name } = store as unknown as { readonly name: string }
      attempts.push({ store: name, guard })
      const isOpen = name === openFor.store && guard?.epoch === openFor.epoch
      return isOpen ? { answer: 'written', stored: null } : 'fenced'
    })
  return { attempts, answer }
}

describe('a write', () => {
  it('waits where the fence refuses, and goes to the store that is open then', async () => {
    const board = new SteppedBoard(at('phase1', 4), at('phase2', 5))
    const { attempts, answer } = writing(new SwitchedStores({ sides: SIDES, board }), { store: 'sharded', epoch: 5 })
    expect(await answer(context())).toBe('written')
    expect(board.waitedAfter).toEqual([4])
    expect(attempts).toEqual([
      { store: 'legacy', guard: { epoch: 4, markGap: true, tellsOld: true } },
      { store: 'sharded', guard: { epoch: 5, markGap: true, tellsOld: true } },
    ])
  })

  it('is not tried while the board is closed', async () => {
    const board = new SteppedBoard(at('phase1', 4, false), at('phase1', 5))
    const { attempts, answer } = writing(new SwitchedStores({ sides: SIDES, board }), { store: 'legacy', epoch: 5 })
    expect(await answer(context())).toBe('written')
    expect(attempts).toEqual([{ store: 'legacy', guard: { epoch: 5, markGap: true, tellsOld: true } }])
  })

  it('that waits is counted by its shard, and by what held it up', async () => {
    const board = new SteppedBoard(at('phase1', 4), at('phase1', 4, false), at('phase2', 5))
    const metrics = new Metrics()
    const stores = new SwitchedStores({ sides: SIDES, board, paused: pausedWrites(metrics) })
    await writing(stores, { store: 'sharded', epoch: 5 }).answer(context())
    const counted = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('headroom_paused'))
    expect(counted).toEqual([
      'headroom_paused_writes_total{shard="7",cause="fenced"} 1',
      'headroom_paused_writes_total{shard="7",cause="closed"} 1',
    ])
  })

  it('fails only at its deadline', async () => {
    const board = new SteppedBoard(at('phase1', 4), at('phase2', 5))
    const { answer } = writing(new SwitchedStores({ sides: SIDES, board }), { store: 'sharded', epoch: 6 })
    await expect(answer(context())).rejects.toMatchObject({ code: 'deadline-exceeded' })
    expect(board.waitedAfter).toEqual([4, 5])
  })

  it('that stood behind a fence being closed waits for the flip; behind anything else it fails', async () => {
    const busy = Object.assign(new Error('lock wait timeout'), { errno: 1205 })
    const write = (board: SteppedBoard, whileWaiting: () => void) => {
      const stores = new SwitchedStores({ sides: SIDES, board })
      let attempts = 0
      return stores.write(SHARD, context(), async () => {
        attempts++
        if (attempts > 1) return { answer: attempts, stored: null }
        whileWaiting()
        throw new SutError('unavailable', 'held by others', { cause: busy })
      })
    }
    const flipped = new SteppedBoard(at('phase1', 4), at('phase1', 4, false), at('phase2', 5))
    expect(await write(flipped, () => flipped.moveOn())).toBe(2)
    await expect(write(new SteppedBoard(at('phase1', 4)), () => {})).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('tells the follower what was stored, before its answer, and nothing where nothing was', async () => {
    const told: unknown[] = []
    const follower = { follow: async (switches: Switches, stored: unknown) => void told.push([switches.epoch, stored]) }
    const stores = new SwitchedStores({ sides: SIDES, board: new SteppedBoard(at('phase1', 4)), follower })
    const stored = { orderId: '77' as never, version: 2 }
    expect(await stores.write(SHARD, context(), async () => ({ answer: told.length, stored }))).toBe(0)
    expect(told).toEqual([[4, stored]])
    await stores.write(SHARD, context(), async () => ({ answer: null, stored: null }))
    expect(told).toHaveLength(1)
  })
})

describe('the phases', () => {
  it.each(PHASES)('read and decide in the store that %s says, order and payment together', (phase) => {
    const stores = new SwitchedStores({ sides: SIDES, board: new SteppedBoard(at(phase, 4)) })
    const expected = phase === 'legacy' || phase === 'phase1' ? SIDES.legacy.store : SIDES.sharded.store
    expect(stores.reader).toBe(expected)
    expect(stores.authority).toBe(expected)
  })

  it('without a migration are one, and its writes carry no guard', async () => {
    const board = { now: () => NO_MIGRATION, reopened: () => Promise.reject(new Error('never')) }
    const stores = new SwitchedStores({ sides: { sharded: SIDES.sharded }, board })
    const guard = await stores.write(SHARD, context(), async (_, given) => ({ answer: given, stored: null }))
    expect(guard).toBeNull()
  })

  it('before a migration has begun are one too, and its writes show epoch 0', async () => {
    const board = { now: () => NOT_BEGUN, reopened: () => Promise.reject(new Error('never')) }
    const stores = new SwitchedStores({ sides: SIDES, board })
    const given = await stores.write(SHARD, context(), async ({ store }, guard) => ({
      answer: { store, guard },
      stored: null,
    }))
    expect(given).toEqual({ store: SIDES.sharded.store, guard: { epoch: 0, markGap: false, tellsOld: false } })
  })

  it('that name a store which is not there are refused', () => {
    const stores = new SwitchedStores({ sides: { sharded: SIDES.sharded }, board: new SteppedBoard(at('phase1', 4)) })
    expect(() => stores.reader).toThrow('the switches name the legacy store')
  })
})
