// The catalogue's own table: not sharded, a few thousand products.

export const PRODUCTS_TABLE = 'products'
export const PRODUCT_COUNT = 5_000

/** Product ids run from 1 to PRODUCT_COUNT. */
export interface Product {
  readonly productId: number
  readonly name: string
  readonly priceCents: number
}

/** Who changed which product, when and why. */
export const CATALOGUE_AUDIT_TABLE = 'catalogue_audit'

export const CREATE_PRODUCTS_SQL = `CREATE TABLE IF NOT EXISTS ${PRODUCTS_TABLE} (
  product_id INT NOT NULL,
  name VARCHAR(120) NOT NULL,
  price_cents BIGINT NOT NULL,
  PRIMARY KEY (product_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/**
 * SHA-256 of all names, one per line. The fingerprint of a data set takes this in place of the names, so that whoever asks
 * for one need not load faker; a test fails when names change, be it by a newer faker, and this does not.
 */
export const PRODUCT_NAMES_SHA256 = '9e3d3efebedf080a79ba62fe8a570c296f9e36948bde31422e001e0c22d475db'

/** From 1.00 to 999.99, most of them low: the square of a spread-out fraction. */
export function priceOf(productId: number): number {
  const fraction = ((productId * 7919) % 10_007) / 10_007
  return 100 + Math.floor(99_900 * fraction * fraction)
}
