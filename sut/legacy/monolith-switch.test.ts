import { describe, expect, it } from 'vitest'
import { NO_MIGRATION, NOT_BEGUN, type Switches } from '../../contracts/switches.ts'
import { Fenced } from '../storage/fence.ts'
import { SteppedBoard } from '../switches/stepped-board.fixture.ts'
import { contextFor } from '../telemetry/call-context.ts'
import type { LegacyOrders, SubmitOrder } from './legacy-orders.ts'
import { type Behind, switchedOrders } from './monolith-switch.ts'

const OWN: Switches = { ...NO_MIGRATION, epoch: 3, phase: 'phase1', monolith: 'own-database', isFinal: false }
const LAYER: Switches = { ...OWN, epoch: 4, monolith: 'business-layer' }
const PAGE = { userId: 1, page: 1, size: 10 }
const ORDER = { userId: 1, submitToken: 'a-page-of-an-old-app' } as SubmitOrder
const context = () => contextFor('test', 1_000)

/** Each answers with its name; those that are closed are fenced. */
function behind(...closed: readonly (keyof Behind)[]): Behind {
  const named = (name: keyof Behind): LegacyOrders => {
    const read = async () => name as never
    const write = async () => {
      if (closed.includes(name)) throw new Fenced()
      return name as never
    }
    return { list: read, detail: read, submit: write, settle: write }
  }
  return {
    'as-it-was': named('as-it-was'),
    'own-database': named('own-database'),
    'business-layer': named('business-layer'),
  }
}

describe('the monolith’s switch', () => {
  it.each([
    ['before a migration has begun', NOT_BEGUN, 'as-it-was'],
    ['on its own database', OWN, 'own-database'],
    ['behind the business layer', LAYER, 'business-layer'],
  ] as const)('%s', async (_, switches, position) => {
    const orders = switchedOrders(new SteppedBoard(switches), behind())
    expect(await orders.list(PAGE, context())).toBe(position)
    expect(await orders.submit(ORDER, context())).toBe(position)
  })

  it('has a submission that finds the store closed wait, and asks who is to be asked then', async () => {
    const board = new SteppedBoard(NOT_BEGUN, OWN, LAYER)
    const orders = switchedOrders(board, behind('as-it-was', 'own-database'))
    expect(await orders.submit(ORDER, context())).toBe('business-layer')
    expect(board.waitedAfter).toEqual([NOT_BEGUN.epoch, OWN.epoch])
  })

  it('refuses a position in which it would write what nobody reads', async () => {
    const orders = switchedOrders(new SteppedBoard({ ...OWN, phase: 'phase2' }), behind())
    await expect(orders.list(PAGE, context())).rejects.toMatchObject({ code: 'unavailable' })
    await expect(orders.submit(ORDER, context())).rejects.toMatchObject({ code: 'unavailable' })
  })
})
