// The whole catalogue, for those who write or verify it. Seeding threads must not load this file: faker takes each process
// and thread that imports it tens of milliseconds. The import of one locale is an eighth of the import of all.

import { faker } from '@faker-js/faker/locale/en'
import type { Product } from '../contracts/catalogue.ts'
import { namedProducts } from '../contracts/product-names.ts'

export function allProducts(): readonly Product[] {
  return namedProducts(faker)
}
