import { describe, expect, it } from 'vitest'
import type { Product } from '../../contracts/catalogue.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { CatalogueService } from '../domain/catalogue/catalogue-service.ts'
import { ProductMemory } from '../domain/catalogue/product-memory.ts'
import { NO_SWITCH_SERVICE } from '../domain/switches/no-switch-service.ts'
import { SutError } from '../errors.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { type AdminDomain, adminFlows } from './admin-flows.ts'

const CONTEXT = contextFor('test', 10_000)
const LAMP: Product = { productId: 5, name: 'Lamp', priceCents: 100 }
const CHANGE = { productId: 5, priceCents: 120, who: 'admin 7 (operator)', why: 'because' }

/** One product, whose changes may fail after they were made. */
function catalogueOf(lamp: Product, failure: SutError | null = null) {
  const state = { lamp, asked: 0 }
  const catalogue: CatalogueService = {
    products: async ({ productIds }) => {
      state.asked++
      return productIds.includes(5) ? [state.lamp] : []
    },
    page: async () => [state.lamp],
    change: async ({ priceCents = state.lamp.priceCents }) => {
      state.lamp = { ...state.lamp, priceCents }
      if (failure) throw failure
      return state.lamp
    },
  }
  return { state, catalogue, products: new ProductMemory(catalogue) }
}

const flowsOver = (parts: Pick<AdminDomain, 'catalogue' | 'products'>) =>
  adminFlows({ ...parts, order: { lookUp: async () => null }, switches: NO_SWITCH_SERVICE })

describe('a product', () => {
  it('is shown as the catalogue has it, not as this process remembers it', async () => {
    const { state, catalogue, products } = catalogueOf(LAMP)
    await products.prices([5], CONTEXT)
    state.lamp = { ...LAMP, priceCents: 90 }
    expect(await flowsOver({ catalogue, products }).product({ productId: 5 }, CONTEXT)).toEqual(state.lamp)
    expect(await flowsOver({ catalogue, products }).product({ productId: 6 }, CONTEXT)).toBeNull()
  })

  it.each([null, new SutError('outcome-unknown', 'lost')])(
    'that was changed is charged anew at once, also where nobody knows whether it was (%s)',
    async (failure) => {
      const { catalogue, products } = catalogueOf(LAMP, failure)
      expect((await products.prices([5], CONTEXT)).get(5)?.priceCents).toBe(100)
      const changing = flowsOver({ catalogue, products }).changeProduct(CHANGE, CONTEXT)
      if (failure) await expect(changing).rejects.toThrow('lost')
      else expect(await changing).toEqual({ ...LAMP, priceCents: 120 })
      expect((await products.prices([5], CONTEXT)).get(5)?.priceCents).toBe(120)
    },
  )

  it('whose catalogue cannot be reached is charged as it was', async () => {
    const { state, catalogue, products } = catalogueOf(LAMP)
    await products.prices([5], CONTEXT)
    catalogue.change = () => Promise.reject(new SutError('unavailable', 'gone'))
    await expect(flowsOver({ catalogue, products }).changeProduct(CHANGE, CONTEXT)).rejects.toThrow('gone')
    expect((await products.prices([5], CONTEXT)).get(5)?.priceCents).toBe(100)
    expect(state.asked).toBe(1)
  })
})

describe('an order', () => {
  it('that is not there is none', async () => {
    const { catalogue, products } = catalogueOf(LAMP)
    const orderId = '912288777518256128' as OrderId
    expect(await flowsOver({ catalogue, products }).lookUp({ orderId }, CONTEXT)).toBeNull()
  })
})
