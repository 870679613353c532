// The catalogue while a migration is in use: it moves by itself, and is only ever read.

import { PHASE_RULES, type StoreName } from '../../../contracts/switches.ts'
import { selectLegacyProducts } from '../../storage/legacy-store/legacy-product-table.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { selectProducts } from '../../storage/product-table.ts'
import type { SwitchBoard } from '../../switches/switch-board.ts'
import type { CatalogueService } from './catalogue-service.ts'

const SELECT = { legacy: selectLegacyProducts, sharded: selectProducts } as const

export function switchedCatalogue(
  pools: Readonly<Record<StoreName, MysqlPool>>,
  board: Pick<SwitchBoard, 'now'>,
): CatalogueService {
  return {
    products: ({ productIds }, context) => {
      const { read } = PHASE_RULES[board.now().catalogue]
      return SELECT[read](pools[read], productIds, context)
    },
  }
}
