// catalogue_audit: who changed which product, when and why, and from what to what. Written before or with the change, so that
// none is without its entry.

import { CATALOGUE_AUDIT_TABLE, type Product } from '../../contracts/catalogue.ts'
import { NOW_MS } from './database-clock.ts'
import type { Statement } from './mysql-lane.ts'

export const CREATE_CATALOGUE_AUDIT_SQL = `CREATE TABLE IF NOT EXISTS ${CATALOGUE_AUDIT_TABLE} (
  entry_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at_ms BIGINT NOT NULL,
  product_id INT NOT NULL,
  who VARCHAR(100) NOT NULL,
  why VARCHAR(500) NOT NULL,
  was JSON NOT NULL,
  became JSON NOT NULL,
  PRIMARY KEY (entry_id),
  KEY age (at_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export interface CatalogueAuditEntry {
  readonly entryId: string
  readonly who: string
  readonly why: string
  readonly was: Product
  readonly became: Product
}

export function catalogueAuditInsert({ entryId, who, why, was, became }: CatalogueAuditEntry): Statement {
  const [before, after] = [was, became].map(({ name, priceCents }) => JSON.stringify({ name, priceCents }))
  return {
    sql: `INSERT INTO ${CATALOGUE_AUDIT_TABLE} (entry_id, at_ms, product_id, who, why, was, became)
          VALUES (?, ${NOW_MS}, ?, ?, ?, ?, ?)`,
    values: [entryId, became.productId, who.slice(0, 100), why.slice(0, 500), before ?? '', after ?? ''],
  }
}
