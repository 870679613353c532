import { describe, expect, it } from 'vitest'
import type { FlowFigures, InvalidCode, Latency } from '../contracts/measurement.ts'
import { allShares } from '../contracts/share.ts'
import type { GeneratorEvidence } from './generator-evidence.ts'
import type { GeneratorEnd } from './generators.ts'
import { environmentalReasons, type FlowEvidence, invalidReasons, type StepEvidence } from './validity.ts'

const LATENCY: Latency = {
  samples: 1000,
  p50Ms: 10,
  p95Ms: 20,
  p99Ms: 50,
  p999Ms: null,
  maxMs: 60,
  meanMs: 11,
}
const FIGURES: FlowFigures = {
  iterations: 1000,
  answered: 1000,
  good: 1000,
  errors: 0,
  overTarget: 0,
  failures: [],
  latency: LATENCY,
  service: LATENCY,
  blocks: [],
}
const FLOW: FlowEvidence = {
  figures: FIGURES,
  target: { p99Ms: 100, errorRate: 0.001 },
  steadiness: { steady: true, endOverStart: 1.1, tau: 0.1 },
}
const [WHOLE] = allShares(1) as [GeneratorEnd['share']]
const END: GeneratorEnd = {
  share: WHOLE,
  exitCode: 0,
  timedOut: false,
  stopped: false,
  log: '',
  journaledIterations: 1000,
  unreadableLines: 0,
  summaryIterations: 1000,
  protection: null,
  journalFound: true,
}
const GENERATOR: GeneratorEvidence = {
  share: WHOLE,
  iterations: 1000,
  dropped: 0,
  lateP99Ms: 2,
  cpu: 0.3,
  flows: { list: { slow: 0, slowWithoutDelay: 0 } },
}
const GOOD: StepEvidence = {
  kind: 'measured',
  offeredPerSecond: 100,
  answeredPerSecond: 100,
  iterations: 1000,
  answered: 1000,
  everAnswered: true,
  dropped: 0,
  leftOver: 0,
  exceptions: 0,
  flows: { list: FLOW },
  generatorCpu: 0.3,
  generatorReadable: true,
  generators: [GENERATOR],
  otherCpu: 0.05,
  backlog: { startSeconds: 0.3, endSeconds: 0.4 },
  mostFrequentFailure: null,
  ends: [END],
  stopped: false,
  endedEarly: false,
  targetLives: false,
  faults: [],
}

const generator = (changes: Partial<GeneratorEnd>) => ({ ends: [{ ...END, ...changes }] })
const own = (lateP99Ms: number, slow = 0, slowWithoutDelay = 0) => ({
  generators: [{ ...GENERATOR, lateP99Ms, flows: { list: { slow, slowWithoutDelay } } }],
})
const flow = (figures: Partial<FlowFigures>, changes: Partial<FlowEvidence> = {}) => ({
  flows: { list: { ...FLOW, ...changes, figures: { ...FIGURES, ...figures } } },
})
const neverRan = { iterations: 0, answered: 0, everAnswered: false, answeredPerSecond: 0 }
const nothingSent = { answered: 0, answeredPerSecond: 0, dropped: 1000, leftOver: 1000 }
const slow = { overTarget: 11 }
const REFUSED = 'Error: probe of http://127.0.0.1:9: connection refused\n\tat setup (file:///probe.ts:26:1(9))\n'
const falling = { steady: false, endOverStart: 0.2, tau: -0.9 }

const CASES: readonly (readonly [string, Partial<StepEvidence>, readonly InvalidCode[]])[] = [
  ['a good step', {}, []],
  ['k6’s own thresholds were crossed, which is ours to judge', generator({ exitCode: 99 }), []],
  ['k6 began one more iteration in the last instant', generator({ summaryIterations: 1001 }), []],
  [
    'a process that we ended because enough was seen',
    { ...generator({ exitCode: 105, summaryIterations: null }), endedEarly: true },
    [],
  ],
  ['exactly 99 % of the rate', { answeredPerSecond: 99 }, []],
  ['less than 99 % of the rate', { answeredPerSecond: 98.9 }, ['rate-not-achieved']],
  ['one request that found no free user', { dropped: 1 }, ['dropped-iterations']],
  ['a window of which nothing was sent', nothingSent, ['dropped-iterations', 'rate-not-achieved']],
  [
    'a window of which nothing was sent, and the generator could not',
    { ...nothingSent, generatorCpu: 0.9 },
    ['dropped-iterations', 'rate-not-achieved', 'generator-saturated'],
  ],
  ['a window without an answer, after others had some', { answered: 0, answeredPerSecond: 0 }, ['rate-not-achieved']],
  ['a generator at 79 %', { generatorCpu: 0.79 }, []],
  ['a generator at 80 %', { generatorCpu: 0.8 }, ['generator-saturated']],
  ['a generator whose CPU was not read', { generatorCpu: null }, ['generator-unobserved']],
  ['a generator whose CPU cannot be read', { generatorCpu: null, generatorReadable: false }, []],
  ['a late generator, and a target that is met', own(90), []],
  ['a generator that alone makes a flow miss its target', { ...own(60, 0.011), ...flow(slow) }, ['generator-late']],
  ['new connections that alone make it miss, however few', { ...own(3, 0.011), ...flow(slow) }, ['generator-late']],
  ['a miss that is there without the generator', { ...own(60, 0.03, 0.02), ...flow(slow) }, []],
  ['requests that leave later than the target', own(101), ['generator-late']],
  [
    'a generator that is late because the system is full',
    { generators: [{ ...GENERATOR, lateP99Ms: 900, dropped: 50 }], dropped: 50, ...flow(slow) },
    ['dropped-iterations'],
  ],
  ['other work on the machine, and a target that is met', { otherCpu: 0.8 }, []],
  ['other work on the machine, and a target that is missed', { otherCpu: 0.31, ...flow(slow) }, ['machine-busy']],
  ['other work on the machine, and errors', { otherCpu: 0.31, ...flow({ errors: 2 }) }, ['machine-busy']],
  ['little other work, and a miss', { otherCpu: 0.29, ...flow(slow) }, []],
  ['other work that nobody can tell from ours', { otherCpu: null, ...flow(slow) }, []],
  ['latency that climbs', flow({}, { steadiness: { steady: false, endOverStart: 9, tau: 0.9 } }), ['not-steady']],
  ['latency that falls, under the target', flow({}, { steadiness: falling }), []],
  ['latency that falls, over the target', flow(slow, { steadiness: falling }), ['not-warmed-up']],
  ['too short to tell a trend', flow({}, { steadiness: null }), []],
  ['a backlog that grows behind the answers', { backlog: { startSeconds: 0.2, endSeconds: 2.3 } }, ['not-steady']],
  ['a backlog that is old and does not grow', { backlog: { startSeconds: 7, endSeconds: 8 } }, []],
  ['a target that tells no backlog', { backlog: null }, []],
  ['an exception', { exceptions: 1, mostFrequentFailure: 'exception: x' }, ['script-exceptions']],
  ['no answer at all', { ...neverRan, iterations: 500 }, ['target-dead']],
  [
    'no answer at all from a target that lives',
    { ...neverRan, iterations: 500, targetLives: true },
    ['rate-not-achieved'],
  ],
  [
    'no answer at all, and a generator at its end',
    { ...neverRan, iterations: 500, targetLives: true, generatorCpu: 0.9 },
    ['rate-not-achieved', 'generator-saturated'],
  ],
  [
    'the probe refuses',
    { ...neverRan, ...generator({ exitCode: 107, log: REFUSED, summaryIterations: null, journalFound: false }) },
    ['target-dead'],
  ],
  [
    'k6 hung',
    { ...neverRan, ...generator({ exitCode: null, timedOut: true, summaryIterations: null }) },
    ['generator-failed'],
  ],
  ['k6 was killed', generator({ exitCode: null, summaryIterations: null }), ['generator-failed']],
  [
    'a script that does not load',
    { ...neverRan, ...generator({ exitCode: 107, log: 'SyntaxError', journalFound: false }) },
    ['generator-failed'],
  ],
  ['no summary', generator({ summaryIterations: null }), ['generator-failed']],
  ['no journal', { ...neverRan, ...generator({ journalFound: false }) }, ['generator-failed']],
  ['a journal with lines lost', generator({ summaryIterations: 1100 }), ['generator-failed']],
  ['a journal with a torn line', generator({ unreadableLines: 1 }), ['generator-failed']],
  [
    'Ctrl-C',
    { ...generator({ exitCode: 105, stopped: true, summaryIterations: null }), stopped: true },
    ['interrupted'],
  ],
  ['an engine that went away', { faults: [{ code: 'engine-lost', evidence: 'elasticsearch' }] }, ['engine-lost']],
  [
    'everything at once',
    { dropped: 9, answeredPerSecond: 50, generatorCpu: 0.9 },
    ['dropped-iterations', 'rate-not-achieved', 'generator-saturated'],
  ],
]

describe('invalidReasons', () => {
  it.each(CASES)('%s', (_, changes, codes) => {
    const reasons = invalidReasons({ ...GOOD, ...changes })
    expect(reasons.map(({ code }) => code)).toEqual(codes)
    for (const { evidence } of reasons) expect(evidence).toMatch(/\S/)
  })

  it('asks less of a warm-up, which carries no claim', () => {
    const poor = { dropped: 7, answeredPerSecond: 1, generatorCpu: 1 }
    expect(invalidReasons({ ...GOOD, ...poor, kind: 'warm-up' })).toEqual([])
  })

  it('quotes what the probe found, without the stack', () => {
    const evidence = { ...GOOD, ...neverRan, ...generator({ exitCode: 107, log: REFUSED }) }
    expect(invalidReasons(evidence)[0]?.evidence).toBe('probe of http://127.0.0.1:9: connection refused')
  })

  it('tells requests that were sent late from those that never were', () => {
    const evidenceOf = (leftOver: number) => invalidReasons({ ...GOOD, dropped: 40, leftOver })[0]?.evidence
    expect(evidenceOf(0)).toBe('40 requests (4.0 %) found no free virtual user and were sent late; their wait counts')
    expect(evidenceOf(30)).toBe(
      '40 requests (4.0 %) found no free virtual user and were sent late, or never (30), before the load ended',
    )
  })

  it('names the generator, of several, that spoilt the window', () => {
    const [first, second] = allShares(2).map((share) => ({ ...GENERATOR, share })) as [
      GeneratorEvidence,
      GeneratorEvidence,
    ]
    const evidenceOf = (changes: Partial<StepEvidence>) => invalidReasons({ ...GOOD, ...changes })[0]
    expect(evidenceOf({ generators: [first, second] })).toBeUndefined()
    expect(evidenceOf({ generators: [first, { ...second, lateP99Ms: 150 }] })).toEqual({
      code: 'generator-late',
      evidence: 'generator 2 of 2 itself delayed 1 % of its requests by 150 ms or more; list may take 100 ms',
    })
    expect(
      evidenceOf({
        generators: [
          { ...first, cpu: 0.3 },
          { ...second, cpu: 0.9 },
        ],
        generatorCpu: 0.9,
      }),
    ).toEqual({
      code: 'generator-saturated',
      evidence: 'generator 2 of 2 used 90 % of the CPU it may use',
    })
    expect(evidenceOf({ generators: [{ ...first, dropped: 4 }, second], dropped: 4 })?.evidence).toMatch(
      /of generator 1 of 2 found/,
    )
    const ends = [END, { ...END, exitCode: 107, log: 'x' }].map((end, index) => ({ ...end, share: { index, of: 2 } }))
    expect(evidenceOf({ ends })).toEqual({ code: 'generator-failed', evidence: 'generator 2 of 2 ended with 107: x' })
  })

  it('tells a part of a window that the machine spoilt from one that the system spoilt', () => {
    const busy = { ...GOOD, otherCpu: 0.5, ...flow(slow) }
    expect(environmentalReasons(busy).map(({ code }) => code)).toEqual(['machine-busy'])
    expect(environmentalReasons({ ...GOOD, dropped: 9, answeredPerSecond: 1 })).toEqual([])
  })
})
