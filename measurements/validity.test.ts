import { describe, expect, it } from 'vitest'
import type { InvalidCode } from '../contracts/measurement.ts'
import { invalidReasons, type StepEvidence } from './validity.ts'

const GOOD: StepEvidence = {
  flow: 'list',
  kind: 'measured',
  targetP99Ms: 100,
  targetErrorRate: 0.001,
  offeredPerSecond: 100,
  achievedPerSecond: 100,
  iterations: 1000,
  answered: 1000,
  dropped: 0,
  exceptions: 0,
  errorRate: 0,
  samples: 900,
  tooFewOf: [],
  p99Ms: 50,
  serviceP99Ms: 45,
  unreadableLines: 0,
  generatorCpu: 0.3,
  generatorReadable: true,
  lateP99Ms: 2,
  otherCpu: 0.05,
  steadiness: { steady: true, endOverStart: 1.1, tau: 0.1 },
  mostFrequentFailure: null,
  generator: {
    exitCode: 0,
    timedOut: false,
    stopped: false,
    log: '',
    summaryIterations: 1000,
    journalFound: true,
  },
  faults: [],
}

const generator = (changes: Partial<StepEvidence['generator']>) => ({ generator: { ...GOOD.generator, ...changes } })
const neverRan = { iterations: 0, answered: 0, samples: 0, achievedPerSecond: 0 }
const REFUSED = 'Error: probe of http://127.0.0.1:9: connection refused\n\tat setup (file:///probe.ts:26:1(9))\n'

const CASES: readonly (readonly [string, Partial<StepEvidence>, readonly InvalidCode[]])[] = [
  ['a good step', {}, []],
  ['k6’s own thresholds were crossed, which is ours to judge', generator({ exitCode: 99 }), []],
  ['k6 began one more iteration in the last instant', generator({ summaryIterations: 1001 }), []],
  ['exactly 99 % of the rate', { achievedPerSecond: 99 }, []],
  ['less than 99 % of the rate', { achievedPerSecond: 98.9 }, ['rate-not-achieved']],
  ['one dropped arrival', { dropped: 1 }, ['dropped-iterations']],
  ['299 samples', { samples: 299 }, []],
  ['298 samples', { samples: 298 }, ['too-few-samples']],
  ['few right answers among many wrong ones: a failure', { samples: 3, errorRate: 0.99 }, []],
  ['few answers, right or wrong', { samples: 3, answered: 298, errorRate: 0.99 }, ['too-few-samples']],
  ['a generator at 79 %', { generatorCpu: 0.79 }, []],
  ['a generator at 80 %', { generatorCpu: 0.8 }, ['generator-saturated']],
  ['a generator whose CPU was not read', { generatorCpu: null }, ['generator-unobserved']],
  ['a generator whose CPU cannot be read', { generatorCpu: null, generatorReadable: false }, []],
  ['298 samples of a flow in a mix', { flow: 'mix', tooFewOf: [{ flow: 'list', samples: 298 }] }, ['too-few-samples']],
  ['requests that leave a quarter of the target late, and a target that is met', { lateP99Ms: 26 }, []],
  ['lateness that alone makes it miss the target', { lateP99Ms: 26, p99Ms: 101, serviceP99Ms: 99 }, ['generator-late']],
  ['lateness beside a service time that misses the target alone', { lateP99Ms: 26, p99Ms: 151, serviceP99Ms: 125 }, []],
  ['a little lateness that makes it miss the target', { lateP99Ms: 25, p99Ms: 101, serviceP99Ms: 99 }, []],
  ['requests that leave later than the target', { lateP99Ms: 101, serviceP99Ms: 500 }, ['generator-late']],
  [
    'a generator a little late for a very strict target',
    { lateP99Ms: 19, targetP99Ms: 10, p99Ms: 12, serviceP99Ms: 5 },
    [],
  ],
  ['other work on the machine, and a target that is met', { otherCpu: 0.8 }, []],
  [
    'other work on the machine, and a target that is missed',
    { otherCpu: 0.31, p99Ms: 101, serviceP99Ms: 101 },
    ['machine-busy'],
  ],
  ['little other work, and a target that is missed', { otherCpu: 0.29, p99Ms: 101, serviceP99Ms: 101 }, []],
  ['other work that nobody can tell from ours', { otherCpu: null, p99Ms: 101, serviceP99Ms: 101 }, []],
  ['latency that climbs', { steadiness: { steady: false, endOverStart: 9, tau: 0.9 } }, ['not-steady']],
  ['latency that falls, under the target', { steadiness: { steady: false, endOverStart: 0.2, tau: -0.9 } }, []],
  [
    'latency that falls, over the target',
    { steadiness: { steady: false, endOverStart: 0.2, tau: -0.9 }, p99Ms: 101 },
    ['not-warmed-up'],
  ],
  ['too short to tell a trend', { steadiness: null }, []],
  ['an exception', { exceptions: 1, mostFrequentFailure: 'exception: x' }, ['script-exceptions']],
  ['no answer at all', { ...neverRan, iterations: 500, ...generator({ summaryIterations: 500 }) }, ['target-dead']],
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
  ['a journal with a torn line', { unreadableLines: 1 }, ['generator-failed']],
  ['Ctrl-C', { ...generator({ exitCode: 105, stopped: true, summaryIterations: null }) }, ['interrupted']],
  ['an engine that went away', { faults: [{ code: 'engine-lost', evidence: 'elasticsearch' }] }, ['engine-lost']],
  [
    'everything at once',
    { dropped: 9, achievedPerSecond: 50, generatorCpu: 0.9 },
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
    const poor = { samples: 3, dropped: 7, achievedPerSecond: 1, generatorCpu: 1 }
    expect(invalidReasons({ ...GOOD, ...poor, kind: 'warm-up' })).toEqual([])
  })

  it('quotes what the probe found, without the stack', () => {
    const evidence = { ...GOOD, ...neverRan, ...generator({ exitCode: 107, log: REFUSED }) }
    expect(invalidReasons(evidence)[0]?.evidence).toBe('probe of http://127.0.0.1:9: connection refused')
  })
})
