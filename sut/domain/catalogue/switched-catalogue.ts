// The catalogue while a migration is in use: it moves by itself. A change is made in both stores, first in the one that nobody
// reads: where the second cannot be reached, readers have seen nothing, and the same change repeats it.

import { otherStore, PHASE_RULES, type StoreName } from '../../../contracts/switches.ts'
import { catalogueAuditInsert } from '../../storage/catalogue-audit-table.ts'
import {
  legacyProductUpdate,
  selectLegacyProductPage,
  selectLegacyProducts,
} from '../../storage/legacy-store/legacy-product-table.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { productUpdate, selectProductPage, selectProducts } from '../../storage/product-table.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import type { CatalogueService } from './catalogue-service.ts'
import { auditOf, changed, changeProduct } from './change-product.ts'

const SELECT = { legacy: selectLegacyProducts, sharded: selectProducts } as const
const SELECT_PAGE = { legacy: selectLegacyProductPage, sharded: selectProductPage } as const
const UPDATE = { legacy: legacyProductUpdate, sharded: productUpdate } as const

export function switchedCatalogue(
  pools: Readonly<Record<StoreName, MysqlPool>>,
  board: Pick<SwitchBoard, 'now'>,
): CatalogueService {
  return {
    products: ({ productIds }, context) => {
      const { read } = PHASE_RULES[board.now().catalogue]
      return SELECT[read](pools[read], productIds, context)
    },
    page: (page, context) => {
      const { read } = PHASE_RULES[board.now().catalogue]
      return SELECT_PAGE[read](pools[read], page, context)
    },
    change: async (change, context) => {
      const { epoch, catalogue, isFinal } = board.now()
      // Before a migration begins each store is by itself, and after its end one is left.
      if (epoch === 0 || isFinal) return await changeProduct(pools.sharded, change, context)
      const { read } = PHASE_RULES[catalogue]
      const [was] = await SELECT[read](pools[read], [change.productId], context)
      if (!was) return null
      const became = changed(was, change)
      const noted = catalogueAuditInsert(auditOf(change, was, became))
      await pools.sharded.home.execute(noted.sql, noted.values, context)
      for (const store of [otherStore(read), read]) {
        const { sql, values } = UPDATE[store](became)
        await pools[store].home.execute(sql, values, context)
      }
      return became
    },
  }
}
