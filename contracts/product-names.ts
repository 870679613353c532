// The catalogue's rows: the seeder and an empty system write the same ones. Faker makes this dictionary once and never runs
// in the row loop: a name takes it 10 µs, a row of an order takes 0.7. Orders refer to products by id and need prices only.

import { PRODUCT_COUNT, type Product, priceOf } from './catalogue.ts'

const SEED = 5_000

/** What is needed of the English faker. It comes from the caller: contracts import no package, and few may load faker. */
export interface NameSource {
  seed(seed: number): number
  readonly commerce: { productName(): string }
}

/** Products 1 … PRODUCT_COUNT. Names repeat, so each carries its product's id. */
export function namedProducts(faker: NameSource): readonly Product[] {
  faker.seed(SEED)
  return Array.from({ length: PRODUCT_COUNT }, (_, at) => {
    const productId = at + 1
    return { productId, name: `${faker.commerce.productName()} ${productId}`, priceCents: priceOf(productId) }
  })
}
