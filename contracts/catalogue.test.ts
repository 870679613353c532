import { describe, expect, it } from 'vitest'
import { PRODUCT_COUNT, priceOf } from './catalogue.ts'

const prices = Array.from({ length: PRODUCT_COUNT }, (_, at) => priceOf(at + 1))

describe('priceOf', () => {
  it('keeps the prices that seeded orders were charged', () => {
    expect([priceOf(1), priceOf(2), priceOf(PRODUCT_COUNT)]).toEqual([62_660, 34_019, 53_378])
    expect(prices.reduce((sum, price) => sum + price)).toBe(167_203_477)
  })

  it('stays between 1.00 and 999.99 in whole cents, mostly low', () => {
    for (const price of prices) {
      expect(Number.isInteger(price)).toBe(true)
      expect(price).toBeGreaterThanOrEqual(100)
      expect(price).toBeLessThanOrEqual(99_999)
    }
    expect(prices.filter((price) => price < 25_000).length).toBeGreaterThan(0.45 * PRODUCT_COUNT)
  })
})
