// The catalogue service: names and prices of products, as its table has them now, and their changes.

import type { Product } from '../../../contracts/catalogue.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { selectProductPage, selectProducts } from '../../storage/product-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { productId, requestOf } from '../request-fields.ts'
import { contractFor } from '../service-contract.ts'
import { CHANGE_PRODUCT_REQUEST, type ChangeProduct, changeProduct, READ_PRODUCT_AGAIN } from './change-product.ts'

/** Small enough for one answer, and for one turn of whoever reads them all. */
export const MAX_PAGE_PRODUCTS = 1_000

interface ProductPage {
  /** 0: from the first one on. */
  readonly after: number
  readonly limit: number
}

export interface CatalogueService {
  /** Those that exist, in no particular order. */
  products(request: { readonly productIds: readonly number[] }, context: CallContext): Promise<readonly Product[]>
  /** All there are, by their ids: fewer than `limit` are the last. */
  page(request: ProductPage, context: CallContext): Promise<readonly Product[]>
  /** As it is from now on; null: there is no such product. */
  change(request: ChangeProduct, context: CallContext): Promise<Product | null>
}

export const CATALOGUE_CONTRACT = contractFor<CatalogueService>()({
  products: { request: requestOf({ productIds: { type: 'array', minItems: 1, items: productId } }) },
  page: {
    request: requestOf({
      after: { type: 'integer', minimum: 0 },
      limit: { type: 'integer', minimum: 1, maximum: MAX_PAGE_PRODUCTS },
    }),
  },
  change: { request: CHANGE_PRODUCT_REQUEST, ifAnswerLost: READ_PRODUCT_AGAIN },
})

export function localCatalogueService(pool: MysqlPool): CatalogueService {
  return {
    products: ({ productIds }, context) => selectProducts(pool, productIds, context),
    page: (page, context) => selectProductPage(pool, page, context),
    change: (change, context) => changeProduct(pool, change, context),
  }
}
