import { describe, expect, it } from 'vitest'
import { INVALID_CODES, type InvalidCode, type Latency } from './measurement.ts'
import type { Flow } from './plan.ts'
import { FLATTERING_CODES, judgeable, type StepEvidence, stepOutcome } from './step-outcome.ts'

const target = { p99Ms: 100, errorRate: 0.001 }
const targets = { list: target, detail: target, checkout: { p99Ms: 300, errorRate: 0.01 }, search: target }
const promised = { targets, requestsPerOrder: { list: 12, detail: 8, checkout: 1, search: 0.05 } }

const latency = (p99Ms: number | null, samples = 1000): Latency => ({
  samples,
  p50Ms: 10,
  p95Ms: 20,
  p99Ms,
  p999Ms: null,
  maxMs: 50,
  meanMs: 11,
})

function evidence(p99Ms: number | null, errorRate = 0, codes: readonly InvalidCode[] = []): StepEvidence {
  const invalid = codes.map((code) => ({ code, evidence: 'x' }))
  return { flow: 'list', errorRate, fromIntendedStart: latency(p99Ms), byFlow: {}, invalid }
}

describe('stepOutcome', () => {
  it.each([
    ['meets its targets', evidence(100, 0.001), 'pass'],
    ['is too slow', evidence(100.1), 'fail'],
    ['errs too often', evidence(10, 0.0011), 'fail'],
    ['has too few samples for its p99', evidence(null, 0, ['too-few-samples']), 'invalid'],
    ['was fast because it dropped work', evidence(10, 0, ['dropped-iterations']), 'invalid'],
    ['is too slow although it dropped work', evidence(500, 0, ['dropped-iterations', 'not-steady']), 'fail'],
    ['is slow because the generator is', evidence(500, 0, ['generator-saturated', 'not-steady']), 'invalid'],
    ['lost an engine', evidence(500, 1, ['engine-lost']), 'invalid'],
  ] as const)('of a step that %s', (_, step, outcome) => {
    expect(stepOutcome(step, promised)).toBe(outcome)
  })

  it('never passes an invalid step, and lets only flattering faults fail one', () => {
    for (const code of INVALID_CODES) {
      expect(stepOutcome(evidence(10, 0, [code]), promised)).toBe('invalid')
      const slow = stepOutcome(evidence(500, 0, [code]), promised)
      expect(slow).toBe(FLATTERING_CODES.includes(code) ? 'fail' : 'invalid')
    }
  })

  describe('of a mix', () => {
    const mix = (byFlow: Partial<Record<Flow, Latency>>, samples = 20_000): StepEvidence => ({
      ...evidence(250),
      flow: 'mix',
      fromIntendedStart: latency(250, samples),
      byFlow,
    })
    const fine = { list: latency(90), detail: latency(90), checkout: latency(290) }

    it('holds each flow to its own target', () => {
      expect(stepOutcome(mix(fine), promised)).toBe('pass')
      expect(stepOutcome(mix({ ...fine, list: latency(110) }), promised)).toBe('fail')
    })

    it('says nothing about a flow too rare for a p99, and says so', () => {
      const step = mix({ ...fine, search: latency(null, 48) })
      expect(stepOutcome(step, promised)).toBe('pass')
      expect(judgeable(step, promised)).toEqual({
        judged: ['list', 'detail', 'checkout'],
        notJudged: [{ flow: 'search', samples: 48 }],
        tooFew: [],
      })
    })

    it('never passes while a flow that should have a p99 has none, or is not there', () => {
      expect(stepOutcome(mix({ ...fine, checkout: latency(null, 290) }), promised)).toBe('invalid')
      expect(stepOutcome(mix({ list: latency(90), checkout: latency(290) }), promised)).toBe('invalid')
      expect(stepOutcome(mix({ list: latency(110), checkout: latency(null) }), promised)).toBe('fail')
    })

    it('never passes when no flow could be judged', () => {
      expect(stepOutcome(mix({ list: latency(null, 170), detail: latency(null, 100) }, 300), promised)).toBe('invalid')
    })
  })
})
