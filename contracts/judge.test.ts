import { describe, expect, it } from 'vitest'
import { FEWEST_BLOCKS, FLATTERING_CODES, judge, requestsToProve } from './judge.ts'
import { type Block, type FlowFigures, INVALID_CODES, type InvalidCode, type Latency } from './measurement.ts'

const targets = { list: { p99Ms: 100, errorRate: 0.001 }, checkout: { p99Ms: 300, errorRate: 0.001 } }
const none: Latency = {
  samples: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  p999Ms: null,
  maxMs: null,
  meanMs: null,
}

function figures(good: number, overTarget = 0, errors = 0, blocks: readonly Block[] = []): FlowFigures {
  const counts = { iterations: good + errors, answered: good + errors, good, errors, overTarget }
  return { ...counts, failures: [], latency: none, service: none, blocks }
}
const list = (one: FlowFigures, codes: readonly InvalidCode[] = []) =>
  judge({ flows: { list: one }, invalid: codes.map((code) => ({ code, evidence: 'seen' })) }, targets)

describe('judge', () => {
  it.each([
    ['passes what is proven', figures(4000), 'pass', []],
    ['fails what is proven to be too slow', figures(4000, 80), 'fail', ['slow']],
    ['fails what is proven to fail too often', figures(4000, 0, 20), 'fail', ['errors']],
    ['leaves a share near the limit open', figures(4000, 40), 'undecided', ['slow']],
    ['leaves too few answers open, however fast', figures(298), 'undecided', ['slow', 'errors']],
    ['leaves an error rate open that nothing proves', figures(400), 'undecided', ['errors']],
    ['does not fail one error of four hundred, which may be bad luck', figures(399, 0, 1), 'undecided', ['errors']],
    ['leaves nothing at all open', figures(0), 'undecided', ['slow', 'errors']],
  ] as const)('%s', (_, given, outcome, by) => {
    expect(list(given)).toMatchObject({ outcome, flows: { list: { outcome, by } } })
  })

  it('believes blocks, which know that requests queue behind each other, more than their number', () => {
    const block = (overTarget: number): Block => ({ iterations: 500, good: 500, overTarget, errors: 0 })
    const together = Array.from({ length: FEWEST_BLOCKS }, (_, at) => block(at === 0 ? 25 : 0))
    expect(list(figures(4000, 25)).outcome).toBe('pass')
    expect(list(figures(4000, 25, 0, together)).outcome).toBe('undecided')
    const spread = together.map(() => block(3))
    expect(list(figures(4000, 24, 0, spread)).outcome).toBe('pass')
  })

  it('never passes an invalid step, and lets only flattering faults fail one', () => {
    for (const code of INVALID_CODES) {
      expect(list(figures(4000), [code]).outcome).toBe('invalid')
      expect(list(figures(4000, 400), [code]).outcome).toBe(FLATTERING_CODES.includes(code) ? 'fail' : 'invalid')
    }
  })

  it('fails a mix for one flow, and names it', () => {
    const mix = judge({ flows: { list: figures(20_000), checkout: figures(4000, 0, 40) }, invalid: [] }, targets)
    expect(mix.outcome).toBe('fail')
    expect(mix.flows.checkout).toMatchObject({ outcome: 'fail', by: ['errors'] })
    expect(mix.flows.list?.outcome).toBe('pass')
  })

  it('does not pass a mix for a flow that it could not judge', () => {
    const mix = judge({ flows: { list: figures(20_000), checkout: figures(200) }, invalid: [] }, targets)
    expect(mix).toMatchObject({ outcome: 'undecided', flows: { list: { outcome: 'pass' } } })
  })

  it('says nothing of a flow without a target, nor of no flow', () => {
    expect(judge({ flows: { mine: figures(4000) }, invalid: [] }, targets).outcome).toBe('undecided')
    expect(judge({ flows: {}, invalid: [] }, targets).outcome).toBe('invalid')
  })
})

describe('how long to hold', () => {
  it('is until a flow can be judged', () => {
    expect(requestsToProve(targets.list)).toBe(2995)
    expect(requestsToProve({ p99Ms: 1, errorRate: 0.5 })).toBe(299)
    expect(list(figures(requestsToProve(targets.list))).outcome).toBe('pass')
  })
})
