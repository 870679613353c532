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

const MATERIALS = ['Oak', 'Steel', 'Linen', 'Glass', 'Cotton', 'Copper', 'Bamboo', 'Leather', 'Stone', 'Wool'] as const
const MANNERS = [
  'Compact',
  'Classic',
  'Folding',
  'Light',
  'Quiet',
  'Robust',
  'Slim',
  'Travel',
  'Vivid',
  'Warm',
] as const
const THINGS = ['Bag', 'Bench', 'Bottle', 'Bowl', 'Chair', 'Clock', 'Desk', 'Lamp', 'Mug', 'Shelf'] as const

/**
 * The catalogue by formula: the seeder and an empty system write the same rows.
 * Prices from 1.00 to 999.99, most of them low: the square of a spread-out fraction.
 */
export function productOf(productId: number): Product {
  const manner = MANNERS[productId % 10]
  const material = MATERIALS[Math.floor(productId / 10) % 10]
  const thing = THINGS[Math.floor(productId / 100) % 10]
  const fraction = ((productId * 7919) % 10_007) / 10_007
  return {
    productId,
    name: `${manner} ${material} ${thing} ${productId}`,
    priceCents: 100 + Math.floor(99_900 * fraction * fraction),
  }
}
