// An operator changes a product's name or price: what it was and became is noted in the same transaction.

import { randomUUID } from 'node:crypto'
import type { Product } from '../../../contracts/catalogue.ts'
import { outcomeUnknown, SutError } from '../../errors.ts'
import { type CatalogueAuditEntry, catalogueAuditInsert } from '../../storage/catalogue-audit-table.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { productToChange, productUpdate } from '../../storage/product-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { cents, productId, requestOf, who, why } from '../request-fields.ts'

export interface ChangeProduct {
  readonly productId: number
  /** What is left out stays. */
  readonly name?: string | undefined
  readonly priceCents?: number | undefined
  readonly who: string
  readonly why: string
}

export const CHANGE_PRODUCT_REQUEST = requestOf(
  { productId, name: { type: 'string', minLength: 1, maxLength: 120 }, priceCents: cents, who, why },
  ['name', 'priceCents'],
)
export const READ_PRODUCT_AGAIN = 'read the product again: it says whether it was'

export function changed(was: Product, { name, priceCents }: ChangeProduct): Product {
  return { ...was, ...(name !== undefined && { name }), ...(priceCents !== undefined && { priceCents }) }
}

export function auditOf({ who, why }: ChangeProduct, was: Product, became: Product): CatalogueAuditEntry {
  return { entryId: randomUUID(), who, why, was, became }
}

/** null: there is no such product. */
export async function changeProduct(
  pool: MysqlPool,
  change: ChangeProduct,
  context: CallContext,
): Promise<Product | null> {
  try {
    return await pool.home.transaction(context, async (session) => {
      const was = await productToChange(session, change.productId)
      if (!was) return null
      const became = changed(was, change)
      await session.executeAll([catalogueAuditInsert(auditOf(change, was, became)), productUpdate(became)])
      return became
    })
  } catch (error) {
    const isUnknown = error instanceof SutError && error.code === 'outcome-unknown'
    throw isUnknown ? outcomeUnknown(READ_PRODUCT_AGAIN, error) : error
  }
}
