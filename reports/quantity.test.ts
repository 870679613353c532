import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, compact, exact, ms, percent, plural, probability, range } from './quantity.ts'

const plain = (text: string) => text.replaceAll('\u202f', ' ')

describe('quantities', () => {
  it.each([
    [exact(1_234_567), '1 234 567'],
    [exact(0.125), '0.125'],
    [compact(1_234_567), '1.23 M'],
    [compact(999_600), '1 M'],
    [compact(50_000_000), '50 M'],
    [compact(2_892_800_000), '2.89 billion'],
    [compact(19_080), '19.1 k'],
    [compact(3_180), '3 180'],
    [compact(44.61), '44.6'],
    [compact(0), '0'],
    [bytes(512 * 2 ** 20), '537 MB'],
    [bytes(1_162_905_600_000), '1.16 TB'],
    [bytes(0), '0 B'],
    [ms(0.42), '0.42 ms'],
    [ms(210.4), '210 ms'],
    [ms(12_340), '12.3 s'],
    [percent(0.000442), '0.044 %'],
    [percent(0.613), '61.3 %'],
    [percent(0), '0 %'],
    [probability(0.0001), '< 0.001'],
    [probability(0.278), '0.28'],
    [probability(0.0522), '0.052'],
    [range(47, 127, exact), '47 to 127'],
    [range(3, 3, exact), '3'],
    [plural(1, 'step'), '1 step'],
    [plural(2, 'loss', 'losses'), '2 losses'],
  ])('%s', (text, expected) => {
    expect(plain(text)).toBe(expected)
  })

  it('never lose more than half of the last digit shown', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), (value) => {
        const [number = '', unit = ''] = compact(value)
          .replace(/(?<=\d)\u202f(?=\d)/g, '')
          .split('\u202f')
        const factor = { '': 1, k: 1e3, M: 1e6, billion: 1e9 }[unit] ?? Number.NaN
        expect(Math.abs(Number(number) * factor - value) / value).toBeLessThanOrEqual(0.00501)
      }),
    )
  })
})
