import { describe, expect, it } from 'vitest'
import { INVALID_CODES, type InvalidCode, type Latency } from './measurement.ts'
import type { Flow } from './plan.ts'
import { FLATTERING_CODES, type StepEvidence, stepOutcome } from './step-outcome.ts'

const target = { p99Ms: 100, errorRate: 0.001 }
const targets = { list: target, detail: target, checkout: { p99Ms: 300, errorRate: 0.01 }, search: target }

const latency = (p99Ms: number | null): Latency => ({
  samples: 1000,
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
    expect(stepOutcome(step, targets)).toBe(outcome)
  })

  it('never passes an invalid step, and lets only flattering faults fail one', () => {
    for (const code of INVALID_CODES) {
      expect(stepOutcome(evidence(10, 0, [code]), targets)).toBe('invalid')
      const slow = stepOutcome(evidence(500, 0, [code]), targets)
      expect(slow).toBe(FLATTERING_CODES.includes(code) ? 'fail' : 'invalid')
    }
  })

  it('holds each flow of a mix to its own target', () => {
    const mix = (byFlow: Partial<Record<Flow, Latency>>): StepEvidence => ({ ...evidence(250), flow: 'mix', byFlow })
    expect(stepOutcome(mix({ list: latency(90), checkout: latency(290) }), targets)).toBe('pass')
    expect(stepOutcome(mix({ list: latency(110), checkout: latency(290) }), targets)).toBe('fail')
    expect(stepOutcome(mix({ list: latency(90), search: latency(null) }), targets)).toBe('pass')
  })
})
