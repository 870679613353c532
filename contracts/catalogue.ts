// The catalogue's own table (not sharded: a few thousand products), and the order index in Elasticsearch.

export const PRODUCTS_TABLE = 'products'
export const PRODUCT_COUNT = 5_000

/** Product ids run from 1 to PRODUCT_COUNT. */
export interface Product {
  readonly productId: number
  readonly name: string
  readonly priceCents: number
}

export const CREATE_PRODUCTS_SQL = `CREATE TABLE IF NOT EXISTS ${PRODUCTS_TABLE} (
  product_id INT NOT NULL,
  name VARCHAR(120) NOT NULL,
  price_cents BIGINT NOT NULL,
  PRIMARY KEY (product_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
