import { describe, expect, it } from 'vitest'
import { errsAtEveryRate, flowEvidence, flowVerdictAt, unprovenFlow } from './flow-evidence.ts'
import type { FlowBlock, Hold } from './hold.ts'

const TARGET = { share: 0.5, targetSeconds: 0.1, errorRateTarget: 0.001 }

function hold(ratePerSecond: number, blocks: number, counts: Partial<FlowBlock> = {}): Hold {
  const block = { answered: Math.round(2.5 * ratePerSecond), overTarget: 0, clusters: 0, errors: 0, ...counts }
  const each = { flows: { list: block }, invalid: [] }
  return { purpose: 'confirm', ratePerSecond, blocks: Array.from({ length: blocks }, () => each), isSustained: true }
}
const of = (...holds: readonly Hold[]) => flowEvidence('list', TARGET, holds)
const calm = [hold(100, 8), hold(200, 8)]

describe('errors of a flow', () => {
  it('count against a rate where answers are not late, and not where late answers say that it is too high', () => {
    const refusing = { errors: 300 }
    expect(of(...calm, hold(400, 1, refusing)).errorSuspect).toBe(400)
    expect(of(...calm, hold(400, 2, refusing)).errorFail).toBe(400)
    const swamped = { errors: 300, overTarget: 700, clusters: 1 }
    expect(of(...calm, hold(400, 1, swamped)).errorSuspect).toBeNull()
    expect(of(...calm, hold(400, 2, swamped)).errorFail).toBeNull()
  })

  it('at a higher rate that has too many take nothing from a lower one', () => {
    const flow = of(...calm, hold(400, 2, { errors: 300 }))
    expect(flowVerdictAt(200, flow, 1000)).toBe('pass')
    expect(flowVerdictAt(400, flow, 1000)).toBe('fail')
  })

  it('are at every rate unless the answers of lower ones exclude as many', () => {
    const wrong = (ratePerSecond: number, blocks: number) => hold(ratePerSecond, blocks, { errors: ratePerSecond / 40 })
    expect(errsAtEveryRate(of(wrong(200, 8)))).toBe(true)
    expect(errsAtEveryRate(of(hold(20, 1), wrong(200, 8)))).toBe(true)
    expect(errsAtEveryRate(of(hold(100, 8), wrong(200, 8)))).toBe(false)
    expect(errsAtEveryRate(of(...calm))).toBe(false)
  })
})

describe('what passes', () => {
  it('has answers enough for a p99, whatever its errors may be', () => {
    const lenient = { ...TARGET, errorRateTarget: 0.05 }
    const flow = (blocks: number) => flowEvidence('list', lenient, [hold(20, blocks), hold(60, 8)])
    expect(flowVerdictAt(20, flow(5), 30)).toBe('undecided')
    expect(unprovenFlow(20, flow(5), 30)).toMatchObject({ answered: 250, neededAnswers: 299, missingSeconds: 4.9 })
    expect(flowVerdictAt(20, flow(6), 30)).toBe('pass')
  })
})

it('of wrong answers alone nobody can tell how late right ones are', () => {
  expect(of(hold(100, 2, { errors: 250 })).curve).toBeNull()
})
