import { describe, expect, it } from 'vitest'
import { dateSpelling, dayOfYearSpelling, isDayOfSomeYear, numberSpelling } from './right-spelling.ts'

describe('numberSpelling', () => {
  it.each([
    ['50_000_000', '50000000'],
    ['50,000,000', '50000000'],
    ["50'000'000", '50000000'],
    ['50 000 000', '50000000'],
    ['1,5e6', '1.5e6'],
    ['0,4', '0.4'],
    ['40 %', '0.4'],
    ['40%', '0.4'],
    ['0,1 %', '0.001'],
    ['50M', '50e6'],
    ['1.5 million', '1.5e6'],
    ['1,5 Million', '1.5e6'],
    ['5', '5'],
    ['many', null],
    ['', null],
    ['1.2.3', null],
    ['5 apples', null],
    ['NaN %', null],
  ])('%s → %s', (text, right) => {
    expect(numberSpelling(text)).toBe(right)
  })
})

describe('dateSpelling', () => {
  it.each([
    ['01.01.2026', '2026-01-01'],
    ['31.12.2026', '2026-12-31'],
    ['2026/1/5', '2026-01-05'],
    ['2026-1-5', '2026-01-05'],
    ['20260105', '2026-01-05'],
    ['2026-01-05T00:00:00Z', '2026-01-05'],
    ['01/02/2026', null], // January or February?
    ['2026-02-31', null],
    ['31.02.2026', null],
    ['next year', null],
  ])('%s → %s', (text, right) => {
    expect(dateSpelling(text)).toBe(right)
  })
})

describe('dayOfYearSpelling', () => {
  it.each([
    ['11.11', '11-11'],
    ['6-18', '06-18'],
    ['06/18', '06-18'],
    ['13.11', null],
    ['11-31', null],
  ])('%s → %s', (text, right) => {
    expect(dayOfYearSpelling(text)).toBe(right)
  })

  it('knows 29 February as a day of some year', () => {
    expect(isDayOfSomeYear('02-29')).toBe(true)
    expect(isDayOfSomeYear('02-30')).toBe(false)
  })
})
