// What this process knows of products, and how long it waits for the catalogue to know more. A few thousand rows that change
// rarely: all of them are kept (catalogue-reader.ts). While the catalogue cannot be asked (gone, or silent beyond the budget),
// what is known is named and charged at any age; a product that is not known cannot be bought meanwhile.

import type { Product } from '../../../contracts/catalogue.ts'
import { SutError } from '../../errors.ts'
import { type CallContext, contextFor, withBudget, withinDeadline } from '../../telemetry/call-context.ts'
import { Breaker } from '../breaker.ts'
import { type CatalogueService, MAX_PAGE_PRODUCTS } from './catalogue-service.ts'

export const FRESH_MS = 30_000
/** Names decorate an answer that is complete without them; a price decides whether there is one. */
export const NAMES_BUDGET_MS = 150
export const PRICES_BUDGET_MS = 1_000
export const MAX_KNOWN = 20_000

interface Known {
  /** null: nobody knows what became of it. */
  readonly product: Product | null
  readonly askedAtMs: number
}

export type Products = ReadonlyMap<number, Product>

export class ProductMemory {
  readonly #catalogue: Pick<CatalogueService, 'products' | 'page'>
  readonly #nowMs: () => number
  /** First those that were learnt about longest ago. */
  readonly #known = new Map<number, Known>()
  readonly #names: Breaker
  readonly #prices: Breaker
  #readAtMs: number
  #wasRead = false
  #refreshing: Promise<unknown> | undefined

  constructor(catalogue: Pick<CatalogueService, 'products' | 'page'>, nowMs: () => number = () => performance.now()) {
    this.#catalogue = catalogue
    this.#nowMs = nowMs
    this.#names = new Breaker('the catalogue', nowMs)
    this.#prices = new Breaker('the catalogue', nowMs)
    this.#readAtMs = nowMs()
  }

  get size(): number {
    return this.#known.size
  }

  /** Since all were last read; of a memory into which they never were, since it was made. */
  get ageMs(): number {
    return this.#nowMs() - this.#readAtMs
  }

  /** Without asking: all of them, or undefined when one is not known or not known freshly. */
  fresh(productIds: readonly number[]): Products | undefined {
    return this.#all(productIds, FRESH_MS)
  }

  /** Those that exist, with the prices to be charged. Throws when the catalogue is needed and cannot be asked. */
  async prices(productIds: readonly number[], context: CallContext): Promise<Products> {
    const fresh = this.fresh(productIds)
    if (fresh) return fresh
    const known = this.#prices.isFailing && this.#all(productIds)
    if (known) {
      this.#refresh(productIds, context)
      return known
    }
    try {
      return await this.#ask(this.#prices, productIds, withBudget(context, PRICES_BUDGET_MS))
    } catch (error) {
      const known = this.#all(productIds)
      if (known) return known
      throw new SutError('unavailable', 'a price is not known here, and the catalogue cannot be asked for it', {
        retryAfterSeconds: 1,
        cause: error,
      })
    }
  }

  /** Somebody changed it: it is `product` from now on, whatever was asked before; null: nobody knows what it is. */
  overtake(productId: number, product: Product | null): void {
    this.#known.delete(productId)
    this.#known.set(productId, { product, askedAtMs: this.#nowMs() })
  }

  /** As many as can be had soon; never throws. */
  async names(productIds: readonly number[], context: CallContext): Promise<Products> {
    const known = this.#recall(productIds)
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

  /** All there are, anew. False: more than are kept, and nothing has changed. Rejects where the catalogue cannot be asked. */
  async readAll(): Promise<boolean> {
    const askedAtMs = this.#nowMs()
    const all: Product[] = []
    for (let isLast = false; !isLast; ) {
      const page = await this.#page(all.at(-1)?.productId ?? 0)
      all.push(...page)
      if (all.length > MAX_KNOWN) return false
      isLast = page.length < MAX_PAGE_PRODUCTS
    }
    // What has left the catalogue is not sold on from memory.
    for (const [productId, known] of this.#known) if (known.askedAtMs <= askedAtMs) this.#known.delete(productId)
    this.#learn(all, askedAtMs)
    this.#readAtMs = askedAtMs
    this.#wasRead = true
    return true
  }

  #page(after: number): Promise<readonly Product[]> {
    const context = contextFor('catalogue-reader', PRICES_BUDGET_MS)
    const page = { after, limit: MAX_PAGE_PRODUCTS }
    const ask = () => withinDeadline(this.#catalogue.page(page, context), context)
    // Until then each price is asked for: that the first reading was slow, or too early, is no reason not to.
    return this.#wasRead ? this.#prices.call(ask) : ask()
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
    const askedAtMs = this.#nowMs()
    const products = await breaker.call(() =>
      withinDeadline(this.#catalogue.products({ productIds: asked }, context), context),
    )
    // What has left the catalogue is not sold on from memory.
    for (const productId of asked) if (!this.#isOvertaken(productId, askedAtMs)) this.#known.delete(productId)
    this.#learn(products, askedAtMs)
    return new Map(products.map((product) => [product.productId, product]))
  }

  /** An answer says how things stood when it was asked for: what is known from later is not undone by it. */
  #learn(products: readonly Product[], askedAtMs: number): void {
    for (const product of products) {
      const { productId } = product
      if (this.#isOvertaken(productId, askedAtMs)) continue
      this.#known.delete(productId)
      this.#known.set(productId, { product, askedAtMs })
    }
    for (const productId of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) break
      this.#known.delete(productId)
    }
  }

  #isOvertaken(productId: number, askedAtMs: number): boolean {
    const known = this.#known.get(productId)
    return known !== undefined && known.askedAtMs > askedAtMs
  }

  /** undefined: one of them is not known, or longer ago. */
  #all(productIds: readonly number[], maxAgeMs = Number.POSITIVE_INFINITY): Products | undefined {
    const known = this.#recall(productIds, maxAgeMs)
    return productIds.every((productId) => known.has(productId)) ? known : undefined
  }

  #recall(productIds: readonly number[], maxAgeMs = Number.POSITIVE_INFINITY): Products {
    const nowMs = this.#nowMs()
    const found = new Map<number, Product>()
    for (const productId of productIds) {
      const known = this.#known.get(productId)
      if (known?.product && nowMs - known.askedAtMs < maxAgeMs) found.set(productId, known.product)
    }
    return found
  }
}
