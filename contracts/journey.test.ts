import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diceOf } from './dice.ts'
import { journeysOf, turnsOf } from './journey.ts'
import { nthOfShare, type Share, WHOLE } from './share.ts'
import { dueTimesOf, type FlowWeights } from './workload.ts'

const PLAN: FlowWeights = { list: 12, detail: 8, checkout: 1, search: 0.05, pay: 0.94, cancel: 0.06 }
const schedule = (ratePerSecond: number, seconds: number) => [{ ratePerSecond, seconds }]

const anyLoad = fc.record({
  weights: fc
    .record({
      list: fc.double({ min: 0, max: 20, noNaN: true }),
      detail: fc.double({ min: 0, max: 20, noNaN: true }),
      checkout: fc.double({ min: 0.1, max: 5, noNaN: true }),
      paid: fc.double({ min: 0, max: 1, noNaN: true }),
      cancelled: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ paid, cancelled, ...others }): FlowWeights => {
      const pay = others.checkout * paid
      return { ...others, pay, cancel: (others.checkout - pay) * cancelled }
    }),
  rate: fc.integer({ min: 1, max: 300 }),
  runId: fc.string({ minLength: 1, maxLength: 12 }),
  share: fc
    .integer({ min: 1, max: 4 })
    .chain((of) => fc.record({ of: fc.constant(of), index: fc.nat({ max: of - 1 }) })),
})

/** Places of each journey, from its checkout on. */
function journeys(turns: ReturnType<typeof turnsOf>): readonly (readonly number[])[] {
  return turns.flatMap(({ follows, next }, first) => {
    if (follows || next === undefined) return []
    const places = [first]
    for (let at = next; ; at = turns[at]?.next ?? -1) {
      if (at < 0) break
      places.push(at)
    }
    return [places]
  })
}

describe('the turns of a load', () => {
  it('settle each order once, after it was placed, by turns that nobody else takes', () => {
    fc.assert(
      fc.property(anyLoad, ({ weights, rate, runId, share }) => {
        const due = dueTimesOf(schedule(rate, 10), 'poisson', runId)
        const turns = turnsOf(weights, due, runId, share)
        const all = journeys(turns)
        const following = all.flatMap((places) => places.slice(1))
        expect(new Set(following).size).toBe(following.length)
        expect(following.toSorted((a, b) => a - b)).toEqual(turns.flatMap(({ follows }, at) => (follows ? [at] : [])))
        for (const places of all) {
          const flows = places.map((place) => turns[place]?.flow)
          expect([
            'checkout pay',
            'checkout cancel',
            'checkout detail',
            'checkout detail pay',
            'checkout detail cancel',
            'checkout detail pay detail',
            'checkout detail cancel detail',
          ]).toContain(flows.join(' '))
          const times = places.map((place) => due[nthOfShare(place, share)] ?? 0)
          expect(times).toEqual(times.toSorted((a, b) => a - b))
        }
      }),
    )
  })

  it('offer each flow as often as the plan says', () => {
    const due = dueTimesOf(schedule(500, 400), 'poisson', 'run')
    const turns = turnsOf(PLAN, due, 'run', WHOLE)
    const sum = Object.values(PLAN).reduce((total, weight) => total + weight, 0)
    for (const [flow, weight] of Object.entries(PLAN)) {
      const wanted = (due.length * weight) / sum
      const count = turns.filter((turn) => turn.flow === flow).length
      // Five standard errors of a count.
      expect(Math.abs(count - wanted)).toBeLessThan(5 * Math.sqrt(wanted))
    }
    expect(turns).toHaveLength(due.length)
  })

  it('wait about as long as people do, then look at once whether it is paid', () => {
    const due = dueTimesOf(schedule(1000, 60), 'poisson', 'run')
    const turns = turnsOf(PLAN, due, 'run', WHOLE)
    const pauses = journeys(turns)
      .filter(({ length }) => length === 4)
      .map((places) => places.map((place) => due[place] ?? 0))
      .map((times) => times.slice(1).map((time, at) => time - (times[at] ?? 0)))
    expect(pauses.length).toBeGreaterThan(2000)
    for (const [look = 0, settle = 0, lookAgain = 0] of pauses) {
      expect([look, settle].every((pause) => pause >= 250 && pause < 1600)).toBe(true)
      expect(settle).toBeGreaterThanOrEqual(500)
      expect(lookAgain).toBeLessThan(50)
    }
  })

  it('are the same again for the same run, and others for another', () => {
    const turns = (runId: string, share: Share = WHOLE) =>
      turnsOf(PLAN, dueTimesOf(schedule(200, 20), 'poisson', 'run'), runId, share)
    expect(turns('run')).toEqual(turns('run'))
    expect(turns('run')).not.toEqual(turns('another'))
  })
})

describe('journeys', () => {
  it('take their looks from the details of the plan, and none where it has too few', () => {
    expect(journeysOf(PLAN).alone).toEqual({ list: 12, detail: 6, checkout: 1, search: 0.05 })
    expect(journeysOf({ checkout: 1, pay: 1 }).alone).toEqual({ checkout: 1 })
    expect(
      journeysOf({ checkout: 1, pay: 1 })
        .after('checkout', diceOf(1, 1))
        .map(({ flow }) => flow),
    ).toEqual(['pay'])
    expect(journeysOf({ detail: 1, checkout: 1, pay: 1 }).alone).toEqual({ detail: 0, checkout: 1 })
  })

  it('begin with a checkout only, and not at all where nothing is paid or cancelled', () => {
    expect(journeysOf(PLAN).after('list', diceOf(1, 1))).toEqual([])
    const unsettled = { list: 1, detail: 1, checkout: 1 }
    expect(journeysOf(unsettled).alone).toEqual(unsettled)
    expect(journeysOf(unsettled).after('checkout', diceOf(1, 1))).toEqual([])
  })
})
