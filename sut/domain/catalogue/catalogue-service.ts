// The catalogue service: names and prices of products. A few thousand rows that change rarely, so they are kept in memory
// for a short while.

import type { Product } from '../../../contracts/catalogue.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { selectProducts } from '../../storage/product-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'

export interface CatalogueService {
  /** Those that exist, in no particular order. */
  products(request: { readonly productIds: readonly number[] }, context: CallContext): Promise<readonly Product[]>
}

export const CATALOGUE_OPERATIONS = ['products'] as const satisfies readonly (keyof CatalogueService)[]

const FRESH_MS = 30_000
const MAX_KEPT = 20_000

interface Kept {
  readonly product: Product
  readonly untilMs: number
}

export function localCatalogueService(
  pool: MysqlPool,
  nowMs: () => number = () => performance.now(),
): CatalogueService {
  const kept = new Map<number, Kept>()

  async function load(productIds: readonly number[], context: CallContext): Promise<readonly Product[]> {
    const products = await selectProducts(pool, productIds, context)
    if (kept.size > MAX_KEPT) kept.clear()
    const untilMs = nowMs() + FRESH_MS
    for (const product of products) kept.set(product.productId, { product, untilMs })
    return products
  }

  return {
    async products({ productIds }, context) {
      const found: Product[] = []
      const missing: number[] = []
      for (const productId of new Set(productIds)) {
        const entry = kept.get(productId)
        if (entry && entry.untilMs > nowMs()) found.push(entry.product)
        else missing.push(productId)
      }
      return missing.length === 0 ? found : [...found, ...(await load(missing, context))]
    },
  }
}
