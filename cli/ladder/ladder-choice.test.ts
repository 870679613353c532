import { describe, expect, it } from 'vitest'
import { LADDER_FLOWS } from '../../contracts/ladder.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { smallVolume } from '../../generators/small-volume.fixture.ts'
import { chosenLadder, otherLadderText, parseFlows, parseRungs } from './ladder-choice.ts'
import { forecastFields, forecastLines, forecastRungs, smallDisk } from './ladder-forecast.ts'

const LIMIT = 50_000_000
const volume = { ...smallVolume(), fullTableRows: LIMIT }
const words = { flows: LADDER_FLOWS, shard: 7, seed: 1, studies: true }

describe('which ladder is meant', () => {
  it('is the small one unless the whole is asked for, and each says what the other would add', () => {
    const small = chosenLadder(words, volume)
    expect(small.asked.rungs).toEqual([1e6, 5e6])
    expect(otherLadderText(small, LIMIT)).toContain('--full goes on to 50,000,000')
    const full = chosenLadder({ ...words, full: true }, volume)
    expect(full.asked.rungs).toEqual([1e6, 5e6, 15e6, LIMIT])
    expect(otherLadderText(full, LIMIT)).toContain('5,000,000')
  })

  it('leaves rungs out that nobody named and the budget has no time for', () => {
    const short = chosenLadder({ ...words, budget: 20 * 60 }, volume)
    expect(short.asked.rungs).toEqual([1e6])
    expect(short.leftOut).toEqual([5e6])
  })

  it('refuses what was named and does not fit, or lies beyond the limit', () => {
    expect(() => chosenLadder({ ...words, full: true, budget: 20 * 60 }, volume)).toThrow(Refusal)
    expect(() => chosenLadder({ ...words, rungs: [1e6, 51e6] }, volume)).toThrow(/more than the plan's limit/)
    expect(() => chosenLadder({ ...words, full: true, rungs: [1e6] }, volume)).toThrow(/its own rungs/)
  })

  it('ends at a limit that is lower than the usual rungs', () => {
    const low = { ...volume, fullTableRows: 3e6 }
    const full = chosenLadder({ ...words, full: true }, low)
    expect(full.asked.rungs).toEqual([1e6, 3e6])
    expect(otherLadderText(full, 3e6)).toContain('ends at 1,000,000 rows')
  })

  it('climbs to a limit once that is a usual rung, and knows when the small ladder reaches it', () => {
    const to = (limit: number, more: object) => chosenLadder({ ...words, ...more }, { ...volume, fullTableRows: limit })
    expect(to(15e6, { full: true }).asked.rungs).toEqual([1e6, 5e6, 15e6])
    expect(to(1e6, { full: true }).asked.rungs).toEqual([1e6])
    for (const chosen of [to(5e6, { full: true }), to(5e6, {})]) {
      expect(chosen.asked.rungs).toEqual([1e6, 5e6])
      expect(otherLadderText(chosen, 5e6)).toBe(
        "It ends at the plan's limit of 5,000,000 rows, so it can say how a full table answers.",
      )
    }
    const tiny = to(2e5, { full: true })
    expect(tiny.asked.rungs).toEqual([2e5])
    expect(otherLadderText(tiny, 2e5)).toContain('can say how a full table answers')
    expect(() => to(2e5, {})).toThrow(Refusal)
  })
})

it('reads rungs and flows as they are typed', () => {
  expect(parseRungs('1e6,5e6')).toEqual([1_000_000, 5_000_000])
  for (const wrong of ['', '5e6,1e6', '1e6,1e6', '1.5', '10', 'many']) expect(() => parseRungs(wrong)).toThrow()
  expect(parseFlows('checkout,list')).toEqual(['list', 'checkout'])
  for (const wrong of ['search', 'list,list', '']) expect(() => parseFlows(wrong)).toThrow()
})

it('says rows, bytes and minutes of each rung, and that a disk is too small', () => {
  const chosen = chosenLadder({ ...words, full: true }, volume)
  const rungs = forecastRungs(chosen, volume)
  expect(rungs.map(({ orders }) => orders)).toEqual([1e6, 5e6, 15e6, LIMIT])
  expect(rungs.at(-1)?.bytes).toBeGreaterThan(9e9)
  const lines = forecastLines(chosen, rungs)
  expect(lines[4]).toMatch(/50,000,000 orders and payments, +[\d,]+ items: +[\d.]+ GB, +\d+ min$/)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(smallDisk(rungs, 100e9)).toBeNull()
  const small = smallDisk(rungs, 10e9)
  expect(small?.what).toContain('free disk')
  expect(forecastFields(chosen, rungs, small === null ? [] : [small]).dryRun.wouldBeRefused).toMatchObject([
    { what: small?.what, why: [expect.stringContaining('10.0 GB free')] },
  ])
})
