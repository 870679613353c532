import { describe, expect, it } from 'vitest'
import type { Product } from '../../../contracts/catalogue.ts'
import { SutError } from '../../errors.ts'
import { contextFor } from '../../telemetry/call-context.ts'
import { FRESH_MS, MAX_PRICE_AGE_MS, NAMES_BUDGET_MS, ProductMemory } from './product-memory.ts'

const LAMP: Product = { productId: 5, name: 'Lamp', priceCents: 100 }
const context = () => contextFor('test', 60_000)

function scene() {
  const state = { nowMs: 0, asked: 0, products: [LAMP] as readonly Product[], mode: 'up' as 'up' | 'down' | 'silent' }
  const memory = new ProductMemory(
    {
      products: ({ productIds }) => {
        state.asked++
        if (state.mode === 'silent') return new Promise(() => {})
        if (state.mode === 'down') return Promise.reject(new SutError('unavailable', 'gone'))
        return Promise.resolve(state.products.filter(({ productId }) => productIds.includes(productId)))
      },
    },
    () => state.nowMs,
  )
  return { state, memory }
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
    'of a catalogue that is %s are charged for ten minutes, and not longer',
    async (mode) => {
      const { state, memory } = scene()
      await memory.prices([5], context())
      state.mode = mode
      state.nowMs = MAX_PRICE_AGE_MS - 1
      expect((await memory.prices([5], context())).get(5)?.priceCents).toBe(100)
      await expect(memory.prices([5, 6], context())).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 1,
      })
      state.nowMs = MAX_PRICE_AGE_MS
      await expect(memory.prices([5], context())).rejects.toMatchObject({ code: 'unavailable' })
    },
  )

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
