import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Product } from '../../../contracts/catalogue.ts'
import { SutError } from '../../errors.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { FRESH_MS, MAX_KNOWN, NAMES_BUDGET_MS, ProductMemory } from './product-memory.ts'

const LAMP: Product = { productId: 5, name: 'Lamp', priceCents: 100 }
const MONTH_MS = 30 * 86_400_000
const context = () => contextFor('test', 60_000)

/** By their ids. */
function productsTo(last: number): readonly Product[] {
  return Array.from({ length: last }, (_, at) => ({ ...LAMP, productId: at + 1 }))
}

function scene() {
  const state = { nowMs: 0, asked: 0, products: [LAMP] as readonly Product[], mode: 'up' as 'up' | 'down' | 'silent' }
  const found = (wanted: (product: Product) => boolean): Promise<readonly Product[]> => {
    state.asked++
    if (state.mode === 'silent') return new Promise(() => {})
    if (state.mode === 'down') return Promise.reject(new SutError('unavailable', 'gone'))
    return Promise.resolve(state.products.filter(wanted))
  }
  const memory = new ProductMemory(
    {
      products: ({ productIds }) => found(({ productId }) => productIds.includes(productId)),
      page: async ({ after, limit }) => (await found(({ productId }) => productId > after)).slice(0, limit),
    },
    () => state.nowMs,
  )
  const priceOf = async (productId: number) => (await memory.prices([productId], context())).get(productId)?.priceCents
  return { state, memory, priceOf }
}

describe('prices', () => {
  it('are asked for once while they are fresh, and again afterwards', async () => {
    const { state, memory } = scene()
    expect((await memory.prices([5], context())).get(5)?.priceCents).toBe(100)
    state.products = [{ ...LAMP, priceCents: 120 }]
    expect((await memory.prices([5], context())).get(5)?.priceCents).toBe(100)
    state.nowMs = FRESH_MS
    expect((await memory.prices([5], context())).get(5)?.priceCents).toBe(120)
    expect(state.asked).toBe(2)
  })

  it.each(['down', 'silent'] as const)(
    'of a catalogue that is %s are charged at any age, and what is not known is refused',
    async (mode) => {
      const { state, memory, priceOf } = scene()
      await priceOf(5)
      state.mode = mode
      state.nowMs = MONTH_MS
      expect(await priceOf(5)).toBe(100)
      await expect(memory.prices([5, 6], context())).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 1,
      })
      expect(await priceOf(5)).toBe(100)
    },
  )

  it('are charged at once while the catalogue is known to be silent, and as they are soon after it is back', async () => {
    const { state, priceOf } = scene()
    await priceOf(5)
    state.mode = 'silent'
    state.nowMs = MONTH_MS
    await priceOf(5)
    state.nowMs += 2_000
    const asked = state.asked
    // One asks, behind its answer.
    const prices = Promise.all(Array.from({ length: 100 }, () => priceOf(5)))
    const answered = await Promise.race([prices, nextTurn(null)])
    expect([new Set(answered), state.asked]).toEqual([new Set([100]), asked + 1])
    Object.assign(state, { mode: 'up', products: [{ ...LAMP, priceCents: 120 }] })
    await expect
      .poll(
        async () => {
          state.nowMs += 2_000
          return await priceOf(5)
        },
        { timeout: 10_000 },
      )
      .toBe(120)
  })

  it('of a silent catalogue are waited for by one caller at a time', async () => {
    const { state, memory } = scene()
    state.mode = 'silent'
    await expect(memory.prices([5], context())).rejects.toThrow()
    state.nowMs = 2_000
    const answers = Promise.allSettled(Array.from({ length: 100 }, () => memory.prices([5], context())))
    expect((await answers).every(({ status }) => status === 'rejected')).toBe(true)
    expect(state.asked).toBe(2)
    state.mode = 'up'
    state.nowMs = 4_000
    expect((await memory.prices([5], context())).get(5)).toEqual(LAMP)
  })

  it('of a product that has left the catalogue are gone', async () => {
    const { state, memory } = scene()
    await memory.prices([5], context())
    state.products = []
    state.nowMs = FRESH_MS
    expect((await memory.prices([5], context())).size).toBe(0)
    state.mode = 'down'
    await expect(memory.prices([5], context())).rejects.toThrow()
  })
})

describe('all products', () => {
  it.each(['down', 'silent'] as const)(
    'are asked for one by one while every reading finds the catalogue %s',
    async (mode) => {
      const { state, memory, priceOf } = scene()
      state.mode = mode
      await expect(memory.readAll()).rejects.toThrow()
      state.mode = 'up'
      expect(await priceOf(5)).toBe(100)
      state.mode = mode
      await expect(memory.readAll()).rejects.toThrow()
      Object.assign(state, { mode: 'up', products: productsTo(6) })
      expect(await priceOf(6)).toBe(100)
    },
  )

  it('are known after one reading, and charged while the catalogue is down for long', async () => {
    const { state, memory, priceOf } = scene()
    state.products = productsTo(2_500)
    expect(await memory.readAll()).toBe(true)
    expect([memory.size, state.asked]).toEqual([2_500, 3])
    state.mode = 'down'
    for (const productId of [1, 1_000, 1_001, 2_500]) expect(await priceOf(productId)).toBe(100)
    expect(state.asked).toBe(3)
    state.nowMs = MONTH_MS
    await expect(memory.readAll()).rejects.toMatchObject({ code: 'unavailable' })
    for (const productId of [1, 1_000, 1_001, 2_500]) expect(await priceOf(productId)).toBe(100)
    await expect(priceOf(2_501)).rejects.toMatchObject({ code: 'unavailable' })
    expect(memory.ageMs).toBe(MONTH_MS)
  })

  it('that a whole last page holds are all read', async () => {
    const { state, memory } = scene()
    state.products = productsTo(2_000)
    await memory.readAll()
    expect(memory.size).toBe(2_000)
  })

  it('are as young as the last reading, which forgets what has left the catalogue', async () => {
    const { state, memory, priceOf } = scene()
    state.products = productsTo(3)
    await memory.readAll()
    state.nowMs = FRESH_MS
    state.products = [{ ...LAMP, productId: 1, priceCents: 120 }]
    await memory.readAll()
    expect([memory.size, memory.ageMs, memory.fresh([1])?.get(1)?.priceCents]).toEqual([1, 0, 120])
    state.mode = 'down'
    await expect(priceOf(2)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('are not kept where they are too many, and those that were asked for stay', async () => {
    const { state, memory, priceOf } = scene()
    state.products = productsTo(MAX_KNOWN + 1)
    await priceOf(5)
    expect(await memory.readAll()).toBe(false)
    expect(memory.size).toBe(1)
    state.mode = 'down'
    state.nowMs = MONTH_MS
    expect(await priceOf(5)).toBe(100)
  })

  it('make room for one more by what was learnt longest ago, and by that alone', async () => {
    const { state, memory, priceOf } = scene()
    state.products = productsTo(MAX_KNOWN)
    await memory.readAll()
    state.products = productsTo(MAX_KNOWN + 1)
    await priceOf(MAX_KNOWN + 1)
    expect([memory.size, memory.fresh([1]), memory.fresh([2])?.size]).toEqual([MAX_KNOWN, undefined, 1])
  })
})

describe('a change', () => {
  it('counts at once, and a reading that began before it does not undo it', async () => {
    const { state, memory, priceOf } = scene()
    const reading = memory.readAll()
    state.nowMs = 1
    memory.overtake(5, { ...LAMP, priceCents: 120 })
    await reading
    expect(await priceOf(5)).toBe(120)
  })

  it('of which nobody knows the outcome is asked for, and not charged as it was', async () => {
    const { state, memory, priceOf } = scene()
    await memory.readAll()
    memory.overtake(5, null)
    state.mode = 'down'
    await expect(priceOf(5)).rejects.toMatchObject({ code: 'unavailable' })
    state.mode = 'up'
    state.nowMs = 2_000
    expect(await priceOf(5)).toBe(100)
  })
})

describe('names', () => {
  it('are given at any age without waiting, and asked for again behind the answer', async () => {
    const { state, memory } = scene()
    await memory.names([5], context())
    state.nowMs = 86_400_000
    state.products = [{ ...LAMP, name: 'New lamp' }]
    expect((await memory.names([5], context())).get(5)?.name).toBe('Lamp')
    await expect.poll(async () => (await memory.names([5], context())).get(5)?.name).toBe('New lamp')
    state.mode = 'silent'
    state.nowMs *= 2
    expect((await memory.names([5], context())).get(5)?.name).toBe('New lamp')
  })

  it('that nobody knows are done without, within their budget', async () => {
    const { state, memory } = scene()
    await memory.names([5], context())
    state.mode = 'silent'
    const startedAtMs = performance.now()
    expect([...(await memory.names([5, 6], context())).keys()]).toEqual([5])
    expect(performance.now() - startedAtMs).toBeGreaterThan(NAMES_BUDGET_MS / 2)
  })
})
