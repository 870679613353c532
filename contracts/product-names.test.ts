import { createHash } from 'node:crypto'
import { faker } from '@faker-js/faker/locale/en'
import { describe, expect, it } from 'vitest'
import { CREATE_PRODUCTS_SQL, PRODUCT_COUNT, PRODUCT_NAMES_SHA256, priceOf } from './catalogue.ts'
import { namedProducts } from './product-names.ts'

const products = namedProducts(faker)
const names = products.map(({ name }) => name)

describe('namedProducts', () => {
  it('lists every product in order, at its price', () => {
    expect(products.map(({ productId }) => productId)).toEqual(Array.from({ length: PRODUCT_COUNT }, (_, at) => at + 1))
    for (const { productId, priceCents } of products) expect(priceCents).toBe(priceOf(productId))
  })

  it('gives the same names each time, whatever faker did before', () => {
    faker.seed(1)
    faker.commerce.productName()
    expect(namedProducts(faker)).toEqual(products)
  })

  it('gives the names that fingerprints of data sets vouch for', () => {
    expect(createHash('sha256').update(names.join('\n')).digest('hex')).toBe(PRODUCT_NAMES_SHA256)
  })

  it('gives names that are unique, fit their column and need no escape in a file', () => {
    expect(new Set(names).size).toBe(PRODUCT_COUNT)
    const limit = Number(/name VARCHAR\((\d+)\)/.exec(CREATE_PRODUCTS_SQL)?.[1])
    expect(limit).toBe(120)
    for (const name of names) {
      expect(name).toMatch(/^[A-Z][A-Za-z ]+ \d+$/)
      expect(name.length).toBeLessThanOrEqual(limit)
    }
  })
})
