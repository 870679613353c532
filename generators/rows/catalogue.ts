// The catalogue: prices by formula (the row loop needs them), names from faker with a fixed seed, made once.

import { en, Faker } from '@faker-js/faker'
import { PRODUCT_COUNT, type Product } from '../../contracts/catalogue.ts'
import { mix32, TWO_32 } from '../../contracts/seeded-order.ts'

const PRICE_SALT = 0x70726963
const NAME_SEED = 20_260_101

/** Many cheap products and few dear ones: 5.99 to 2 005.99, a third of them below 83. */
export function priceCentsOf(productId: number): number {
  const u = mix32(productId + PRICE_SALT) / TWO_32
  return 100 * Math.floor(5 + 2_001 * u * u * u) + 99
}

/** Prices by product id; position 0 is unused. */
export function priceList(productCount: number): Float64Array {
  return Float64Array.from({ length: productCount + 1 }, (_, productId) =>
    productId === 0 ? 0 : priceCentsOf(productId),
  )
}

export function products(): readonly Product[] {
  const faker = new Faker({ locale: [en], seed: NAME_SEED })
  return Array.from({ length: PRODUCT_COUNT }, (_, at) => ({
    productId: at + 1,
    name: faker.commerce.productName(),
    priceCents: priceCentsOf(at + 1),
  }))
}
