import { describe, expect, it } from 'vitest'
import type { Order, Payment } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import { NO_MIGRATION, type Phase, type Switches } from '../../../contracts/switches.ts'
import type { OrderStore } from '../../storage/order-store.ts'
import type { RedisCache } from '../../storage/redis-cache.ts'
import type { OrderIndex } from '../../storage/search-index.ts'
import type { WholeOrder } from '../../storage/whole-order.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { localOrderService } from './local-order-service.ts'
import { MemoryRedis } from './memory-redis.fixture.ts'
import type { StatusEvent } from './order-service.ts'
import { SwitchedStores } from './switched-stores.ts'

const KEY = { orderId: '912288777518256128' as OrderId, userId: 42 }
const PLACED: WholeOrder = {
  order: { ...KEY, version: 1, status: 'placed', updatedAtMs: 0 } as Order,
  items: [],
  payment: { version: 1, status: 'pending', updatedAtMs: 0 } as Payment,
}
const context = () => contextFor('test', 60_000)
const ids = { next: () => Promise.reject(new Error('no ids here')) }

/** Of one order; each read waits for what `held` says. */
class OneOrder {
  whole = PLACED
  held: Promise<unknown> = Promise.resolve()

  get store(): OrderStore {
    const known: Partial<OrderStore> = {
      find: async () => {
        const found = this.whole
        await this.held
        return found
      },
      change: async (_before, after) => {
        this.whole = after
        return 'stored'
      },
    }
    return known as OrderStore
  }
}

/** Two processes of one system: their stores, their switches, and one Redis. */
function twoProcesses() {
  const [legacy, sharded] = [new OneOrder(), new OneOrder()]
  const redis = new MemoryRedis() as unknown as RedisCache
  let switches: Switches = { ...NO_MIGRATION, epoch: 1, phase: 'phase1', isFinal: false }
  const board = { now: () => switches, reopened: () => Promise.reject(new Error('no flip is waited for here')) }
  const start = () => {
    const sides = { legacy: { store: legacy.store, ids }, sharded: { store: sharded.store, ids } }
    const stores = new SwitchedStores({ sides, board })
    return localOrderService({ stores, dataset: async () => null, index: {} as OrderIndex, redis })
  }
  const flipTo = (phase: Phase) => {
    switches = { ...switches, phase, epoch: switches.epoch + 1 }
  }
  return { legacy, sharded, flipTo, services: [start(), start()] as const }
}

describe('a slow read of the old store, across a flip and a payment', () => {
  it.each([
    ['this', 0],
    ['another', 1],
  ] as const)('fills nothing in: whoever reads next by %s process is shown the order paid', async (_which, reader) => {
    const { legacy, flipTo, services } = twoProcesses()
    let release = () => {}
    legacy.held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = services[reader].find(KEY, context())
    flipTo('phase2')
    const paid = await services[0].changeStatus({ ...KEY, event: 'pay' }, context())
    expect(paid?.status).toBe('paid')
    release()
    expect((await slow)?.order.status).toBe('placed')
    for (let nth = 0; nth < 3; nth++) {
      const found = await services[reader].find(KEY, context())
      expect([found?.order.status, found?.payment.status]).toEqual(['paid', 'captured'])
    }
  })
})

describe('a refund', () => {
  it('gives back the money of a paid order, once, and of no other', async () => {
    const { legacy, services } = twoProcesses()
    const ask = (event: StatusEvent) => services[0].changeStatus({ ...KEY, event }, context())
    await expect(ask('refund')).rejects.toMatchObject({ code: 'status-conflict' })
    await ask('pay')
    expect((await ask('refund'))?.status).toBe('refunded')
    expect(await ask('refund')).toMatchObject({ status: 'refunded', version: 3 })
    expect(legacy.whole.payment).toMatchObject({ status: 'refunded', version: 3 })
    for (const event of ['pay', 'cancel'] as const) {
      await expect(ask(event)).rejects.toMatchObject({ code: 'status-conflict' })
    }
    const found = await services[1].find(KEY, context())
    expect([found?.order.status, found?.payment.status]).toEqual(['refunded', 'refunded'])
  })

  it.each(['shipped', 'completed'] as const)('is refused when the order is %s', async (status) => {
    const { legacy, services } = twoProcesses()
    legacy.whole = { ...PLACED, order: { ...PLACED.order, status }, payment: { ...PLACED.payment, status: 'captured' } }
    const refund = services[0].changeStatus({ ...KEY, event: 'refund' }, context())
    await expect(refund).rejects.toMatchObject({ code: 'status-conflict' })
    expect(legacy.whole.order.status).toBe(status)
  })
})

describe('an old number', () => {
  const asked = async (orderId: OrderId | null) => {
    let finds = 0
    const store: Partial<OrderStore> = {
      numbered: async () => orderId,
      find: async () => {
        finds++
        return null
      },
    }
    const stores = new SwitchedStores({
      sides: { sharded: { store: store as OrderStore, ids } },
      board: { now: () => NO_MIGRATION, reopened: () => Promise.reject(new Error('there is no flip')) },
    })
    const redis = new MemoryRedis() as unknown as RedisCache
    const service = localOrderService({ stores, dataset: async () => null, index: {} as OrderIndex, redis })
    return { found: await service.numbered({ userId: KEY.userId + 64, legacyNo: 7 }, context()), finds }
  }

  it('of nobody is looked for as far as another’s: the time tells nothing', async () => {
    const anothers = await asked(KEY.orderId)
    expect(anothers).toEqual({ found: null, finds: 1 })
    expect(await asked(null)).toEqual(anothers)
  })
})
