// What this process knows of products, and how long it waits for the catalogue to know more. A few thousand rows that change
// rarely. While the catalogue cannot be asked (gone, or silent beyond the budget), names of any age are given, and prices
// of at most MAX_PRICE_AGE_MS are charged; a product without one cannot be bought meanwhile.

import type { Product } from '../../../contracts/catalogue.ts'
import { SutError } from '../../errors.ts'
import { type CallContext, contextFor, withBudget, withinDeadline } from '../../telemetry/call-context.ts'
import { Breaker } from '../breaker.ts'
import type { CatalogueService } from './catalogue-service.ts'

export const FRESH_MS = 30_000
export const MAX_PRICE_AGE_MS = 600_000
/** Names decorate an answer that is complete without them; a price decides whether there is one. */
export const NAMES_BUDGET_MS = 150
export const PRICES_BUDGET_MS = 1_000
const MAX_KNOWN = 20_000

interface Known {
  readonly product: Product
  readonly askedAtMs: number
}

export type Products = ReadonlyMap<number, Product>

export class ProductMemory {
  readonly #catalogue: Pick<CatalogueService, 'products'>
  readonly #nowMs: () => number
  readonly #known = new Map<number, Known>()
  readonly #names: Breaker
  readonly #prices: Breaker
  #refreshing: Promise<unknown> | undefined

  constructor(catalogue: Pick<CatalogueService, 'products'>, nowMs: () => number = () => performance.now()) {
    this.#catalogue = catalogue
    this.#nowMs = nowMs
    this.#names = new Breaker('the catalogue', nowMs)
    this.#prices = new Breaker('the catalogue', nowMs)
  }

  /** Without asking: all of them, or undefined when one is not known or not known freshly. */
  fresh(productIds: readonly number[]): Products | undefined {
    const known = this.#recall(productIds, FRESH_MS)
    return productIds.every((productId) => known.has(productId)) ? known : undefined
  }

  /** Those that exist, with the prices to be charged. Throws when the catalogue is needed and cannot be asked. */
  async prices(productIds: readonly number[], context: CallContext): Promise<Products> {
    const fresh = this.fresh(productIds)
    if (fresh) return fresh
    try {
      return await this.#ask(this.#prices, productIds, withBudget(context, PRICES_BUDGET_MS))
    } catch (error) {
      const known = this.#recall(productIds, MAX_PRICE_AGE_MS)
      if (productIds.every((productId) => known.has(productId))) return known
      throw new SutError('unavailable', 'the catalogue cannot be asked for prices', {
        retryAfterSeconds: 1,
        cause: error,
      })
    }
  }

  /** Somebody changed it: whoever asks next is told what the catalogue says. */
  forget(productId: number): void {
    this.#known.delete(productId)
  }

  /** As many as can be had soon; never throws. */
  async names(productIds: readonly number[], context: CallContext): Promise<Products> {
    const known = this.#recall(productIds, Number.POSITIVE_INFINITY)
    if (productIds.every((productId) => known.has(productId))) {
      if (!this.fresh(productIds)) this.#refresh(productIds, context)
      return known
    }
    try {
      return await this.#ask(this.#names, productIds, withBudget(context, NAMES_BUDGET_MS))
    } catch {
      return known
    }
  }

  /** Behind an answer that is given already, one at a time. */
  #refresh(productIds: readonly number[], { requestId }: CallContext): void {
    this.#refreshing ??= this.#ask(this.#prices, productIds, contextFor(requestId, PRICES_BUDGET_MS))
      .catch(() => {}) // what is known stays; whoever needs a price asks again and tells
      .finally(() => {
        this.#refreshing = undefined
      })
  }

  async #ask(breaker: Breaker, productIds: readonly number[], context: CallContext): Promise<Products> {
    const asked = [...new Set(productIds)]
    const products = await breaker.call(() =>
      withinDeadline(this.#catalogue.products({ productIds: asked }, context), context),
    )
    if (this.#known.size > MAX_KNOWN) this.#known.clear()
    const askedAtMs = this.#nowMs()
    // What has left the catalogue is not sold on from memory.
    for (const productId of asked) this.#known.delete(productId)
    for (const product of products) this.#known.set(product.productId, { product, askedAtMs })
    return new Map(products.map((product) => [product.productId, product]))
  }

  #recall(productIds: readonly number[], maxAgeMs: number): Products {
    const nowMs = this.#nowMs()
    const found = new Map<number, Product>()
    for (const productId of productIds) {
      const known = this.#known.get(productId)
      if (known && nowMs - known.askedAtMs < maxAgeMs) found.set(productId, known.product)
    }
    return found
  }
}
