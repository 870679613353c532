import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { parsePlan } from './load-plan.ts'
import { resolvePlan } from './resolve-plan.ts'

const TEXT = readFileSync(new URL('../plan.yaml', import.meta.url).pathname, 'utf8')
const withFlows = (flows: string) => `${TEXT}\nflows:\n  ${flows}\n`

function mistakesIn(text: string): string {
  try {
    parsePlan(text, 'plan.yaml')
  } catch (error) {
    if (error instanceof Refusal) return error.why.join('\n')
    throw error
  }
  return ''
}

describe('flows of one’s own in a plan', () => {
  it('have targets, and rates where they are known', () => {
    expect(parsePlan(withFlows('my-flow: {p99Ms: 100, errorRate: 0.001}'), 'plan.yaml').flows).toEqual({
      'my-flow': { p99Ms: 100, errorRate: 0.001 },
    })
    const rates = 'my-flow: {p99Ms: 100, errorRate: 0, ordinaryPerSecond: 4, peakPerSecond: 30}'
    expect(parsePlan(withFlows(rates), 'plan.yaml').flows?.['my-flow']?.peakPerSecond).toBe(30)
  })

  it('may be absent, and then change nothing', () => {
    const plan = parsePlan(TEXT, 'plan.yaml')
    expect('flows' in plan).toBe(false)
    const other = parsePlan(withFlows('my-flow: {p99Ms: 100, errorRate: 0.001}'), 'plan.yaml')
    expect(resolvePlan(other).rowsByTable).toEqual(resolvePlan(plan).rowsByTable)
  })

  it.each([
    ['my-flow: {p99Ms: 100}', /flows\.my-flow\.errorRate is missing/],
    ['my-flow: {p99Ms: 0, errorRate: 0.1}', /flows\.my-flow\.p99Ms must be > 0/],
    ['my-flow: {p99Ms: 1, errorRate: 0.1, peak: 3}', /flows\.my-flow\.peak is unknown/],
    ['list: {p99Ms: 1, errorRate: 0.1}', /flows\.list is a flow of the order system/],
    ['"a b": {p99Ms: 1, errorRate: 0.1}', /flows\.a b is no name of a flow/],
    ['f: {p99Ms: 1, errorRate: 0.1, ordinaryPerSecond: 9, peakPerSecond: 3}', /peakPerSecond \(3\) must not be below/],
  ])('are refused where they are wrong: %s', (flows, why) => {
    expect(mistakesIn(withFlows(flows))).toMatch(why)
  })

  it('are judged each by itself: names and rates also where another flow is broken', () => {
    const flows = [
      '"a b": 5',
      'list: {p99Ms: 1}',
      'f: {p99Ms: soon, errorRate: 0.1, ordinaryPerSecond: 9, peakPerSecond: 3}',
    ]
    const mistakes = mistakesIn(withFlows(flows.join('\n  ')))
    for (const message of [
      /flows\.a b must be a group of fields, not 5/,
      /flows\.a b is no name of a flow/,
      /flows\.list\.errorRate is missing/,
      /flows\.list is a flow of the order system/,
      /flows\.f\.p99Ms must be a number, not "soon"/,
      /flows\.f peakPerSecond \(3\) must not be below ordinaryPerSecond \(9\)/,
    ]) {
      expect(mistakes).toMatch(message)
    }
    expect(mistakes.split('\n')).toHaveLength(6)
  })
})
