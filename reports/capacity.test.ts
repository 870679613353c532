import { describe, expect, it } from 'vitest'
import type { Ladder } from '../contracts/ladder.ts'
import type { LoadResult, Step } from '../contracts/measurement.ts'
import { fullLadderFixture } from '../measurements/fixtures/ladder.ts'
import { capacityOf } from './capacity.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { checkouts, evidence, invalid, smallPeak } from './fixtures/evidence.ts'
import {
  climbFixture,
  type FlowFixture,
  idleFixture,
  loadFixture,
  measurementsFixture,
  stepFixture,
} from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'

describe('broken evidence', () => {
  it('withholds every claim that was measured with it, and none that the plan makes alone', () => {
    const { claims } = capacityOf(evidence({ measurements: measurementsFixture({ invalid: invalid('engine-lost') }) }))
    const of = (...subjects: readonly string[]) =>
      new Set(claims.filter(({ subject }) => subjects.includes(subject)).map(({ verdict }) => verdict))
    expect(of('flow', 'machine')).toEqual(new Set(['INVALID']))
    expect(of('tables')).toEqual(new Set(['PASS']))
  })

  it('is not multiplied into machines, tiers or cores', () => {
    const { flows, sizing } = capacityOf(
      evidence({ measurements: measurementsFixture({ invalid: invalid('engine-lost') }) }),
    )
    expect(flows.every(({ machinesForPeak }) => machinesForPeak === null)).toBe(true)
    expect(new Set(sizing.map(({ unit }) => unit))).toEqual(new Set(['rows', 'bytes', 'shards']))
  })
})

describe('rows per table', () => {
  const forecast = {
    verdict: 'AT RISK',
    probabilityAnyTableExceeds: 0.23,
    crossing: { low: null, mid: null, high: '2028-11' },
    decideBy: '2028-04',
  } as const
  const { claims, tables, answer, weaknesses } = capacityOf(evidence({ resolved: resolvedPlanFixture({ forecast }) }))

  it('are judged by the plan alone: its forecast is the claim', () => {
    expect(tables).toMatchObject(forecast)
    expect(claims.find(({ id }) => id === 'rows-per-table')).toMatchObject({
      verdict: 'AT RISK',
      reason: expect.stringMatching(/= 0\.23\. The last month to decide on more tables is 2028-04/),
    })
  })

  it('say first what is at risk, from when, and by when to decide', () => {
    const line = answer.find(({ about }) => about === 'Rows per table')
    expect(line?.verdict).toBe('AT RISK')
    expect(line?.sentence).toMatch(/2028-11, P = 0\.23\. More tables must be decided on by 2028-04/)
    expect(weaknesses.join()).toContain('The row claim holds in the mid case only')
  })
})

describe('what one machine carries', () => {
  it('is a fact of the answer, with the machines that the peak asks for', () => {
    const { answer, claims } = capacityOf(evidence())
    const fact = answer.find(({ about }) => about === 'One machine')
    expect(fact?.verdict).toBeNull()
    expect(fact?.sentence).toMatch(
      /^One machine like this is proven to carry list 672\/s, .*checkout \d+\/s, search \d+\/s \(each alone\)\./,
    )
    expect(fact?.sentence).toMatch(/For all flows in the peak second it takes about \d+ such machines/)
    expect(claims.filter(({ id }) => /-at-(ordinary|peak)-/.test(id))).toEqual([])
    expect(claims.find(({ id }) => id === 'list-within-targets')).toMatchObject({
      verdict: 'PASS',
      value: 672,
      interval: { low: 672, high: 738 },
    })
  })

  const withResult = (verdict: 'PASS' | 'FAIL' | 'INVALID', bracket: LoadResult['bracket']) => {
    const facts = { load: 'checkout', flows: ['checkout'], operatingPoint: null, claim: null }
    const results = [{ ...facts, verdict, bracket, reason: 'so it was' }]
    const { claims } = capacityOf(evidence({ measurements: measurementsFixture({ results }) }))
    return claims.find(({ id }) => id === 'checkout-within-targets')
  }

  it.each([
    ['held', 'FAIL', null],
    ['searched for and missed', 'FAIL', { lastPass: 200, firstFail: 260 }],
    ['searched for and not decided', 'INVALID', { lastPass: 200, firstFail: 260 }],
  ] as const)('is judged by a rate that was asked for and %s', (_, verdict, bracket) => {
    expect(withResult(verdict, bracket)).toMatchObject({
      verdict,
      claim: expect.stringContaining('at the rate that was asked for'),
      reason: 'so it was.',
    })
  })

  it('fails where the search found no useful rate', () => {
    expect(withResult('FAIL', { lastPass: null, firstFail: 2 })).toMatchObject({
      verdict: 'FAIL',
      claim: expect.stringContaining('at some rate'),
      reason: 'so it was.',
    })
  })
})

describe('machines for the peak', () => {
  it('are peak × (1 + headroom) ÷ the bracket, rounded up', () => {
    const steps = [
      stepFixture({ flow: 'checkout', offeredPerSecond: 200, p99Ms: 90 }, 1),
      stepFixture({ flow: 'checkout', offeredPerSecond: 250, p99Ms: 900 }, 2),
    ]
    const resolved = resolvedPlanFixture({ peakCheckoutsPerSecond: { low: 1_000, mid: 2_000, high: 4_000 } })
    const [flow] = capacityOf(evidence({ resolved, measurements: measurementsFixture({ steps }) })).flows
    expect(flow?.machinesForPeak).toEqual({ low: 6, mid: 13, high: 26 })
  })

  it('are marked as extrapolated beyond twice what was measured', () => {
    const row = capacityOf(evidence()).sizing.find(({ unit }) => unit === 'machines')
    expect(row?.mid).toBeGreaterThan(2)
    expect(row?.basis).toBe('extrapolated')
  })

  it('are at most so many while no rate is proven to fail', () => {
    const steps = [stepFixture({ flow: 'checkout', offeredPerSecond: 200, p99Ms: 90 }, 1)]
    const [flow] = capacityOf(evidence({ measurements: measurementsFixture({ steps }) })).flows
    expect(flow?.machinesForPeak?.low).toBe(1)
    expect(flow?.machinesReason).toContain('at most')
  })

  it('stay unknown when no step passed', () => {
    const steps = [stepFixture({ flow: 'checkout', offeredPerSecond: 10, p99Ms: 900 }, 1)]
    const { flows, sizing } = capacityOf(evidence({ measurements: measurementsFixture({ steps }) }))
    expect(flows[0]?.machinesForPeak).toBeNull()
    expect(sizing.filter(({ unit }) => unit === 'machines')).toEqual([])
  })
})

describe('the mix', () => {
  const mixOf = (checkout: Partial<FlowFixture>, more: Readonly<Record<string, FlowFixture>> = {}) => {
    const flows = {
      list: { iterations: 48_000, p99Ms: 80 },
      detail: { iterations: 32_000, p99Ms: 60 },
      checkout: { iterations: 4_000, p99Ms: 150, ...checkout },
      ...more,
    }
    const step = loadFixture({ load: 'mix', offeredPerSecond: 800, durationSeconds: 105, flows }, 1)
    const resolved = resolvedPlanFixture({ ordinaryCheckoutsPerSecond: 20 })
    return capacityOf(evidence({ resolved, measurements: measurementsFixture({ steps: [step] }) }))
  }
  const claimOf = ({ claims }: ReturnType<typeof mixOf>) => claims.find(({ id }) => id === 'all-flows-within-targets')

  it('fails as soon as one flow misses its own target', () => {
    expect(mixOf({}).mix?.lastPassPerSecond).toBe(800)
    expect(mixOf({ p99Ms: 401 }).mix?.firstFailPerSecond).toBe(800)
  })

  it('fails for 1 % of checkouts that fail, and names checkout', () => {
    const failing = mixOf({ errors: 40 })
    expect(failing.mix?.firstFailPerSecond).toBe(800)
    expect(claimOf(failing)).toMatchObject({ reason: expect.stringMatching(/: checkout: 1.* errors/) })
  })

  it('never passes for a flow that it could not judge', () => {
    const rare = claimOf(mixOf({}, { search: { iterations: 18, p99Ms: 20 } }))
    expect(rare).toMatchObject({ verdict: 'INVALID', reason: expect.stringContaining('search: not proven') })
    expect(claimOf(mixOf({}))).toMatchObject({ verdict: 'PASS' })
  })

  it('is multiplied as a whole, never flow by flow', () => {
    const { flows, sizing } = mixOf({})
    expect(flows.map(({ machinesForPeak }) => machinesForPeak)).toEqual([null, null, null])
    expect(sizing.filter(({ unit }) => unit === 'machines').map(({ what }) => what)).toEqual([
      'Machines for all flows at the peak',
    ])
  })

  it('gives each flow its share of the offered rate', () => {
    const { flows } = mixOf({})
    const total = flows.reduce((sum, { points }) => sum + (points[0]?.offeredPerSecond ?? 0), 0)
    expect(flows.map(({ flow, measured }) => [flow, measured])).toEqual([
      ['list', 'mix'],
      ['detail', 'mix'],
      ['checkout', 'mix'],
    ])
    expect(total).toBeCloseTo(800)
    expect(flows[2]?.points[0]?.offeredPerSecond).toBeCloseTo((800 * 4_000) / 84_000)
  })
})

describe('a lost order', () => {
  const lost = { acknowledged: 500, missing: 1, examples: ['77'] }

  it('fails the run, whatever the latency', () => {
    const measurements = measurementsFixture({ steps: checkouts, acknowledged: lost })
    const { verdict, claims } = capacityOf(evidence({ resolved: smallPeak, measurements }))
    expect(verdict).toBe('FAIL')
    expect(claims.find(({ id }) => id === 'acknowledged-orders-kept')).toMatchObject({
      verdict: 'FAIL',
      reason: expect.stringContaining('77'),
    })
  })

  it('fails it too where it is there and not paid, though its user was told so', () => {
    const acknowledged = { ...lost, missing: 0, settled: { acknowledged: 400, wrong: 11, examples: ['78'] } }
    const measurements = measurementsFixture({ steps: checkouts, acknowledged })
    const { verdict, claims } = capacityOf(evidence({ resolved: smallPeak, measurements }))
    expect(verdict).toBe('FAIL')
    expect(claims.find(({ id }) => id === 'acknowledged-orders-kept')).toMatchObject({ verdict: 'PASS' })
    expect(claims.find(({ id }) => id === 'acknowledged-payments-kept')).toMatchObject({
      verdict: 'FAIL',
      samples: 400,
      reason: 'Told to a user and not so: 78 and more.',
    })
  })

  it('is not looked for where no order was acknowledged', () => {
    const { claims } = capacityOf(evidence())
    expect(claims.some(({ id }) => id === 'acknowledged-orders-kept')).toBe(false)
  })
})

describe('the claim of a profile', () => {
  it('is one of the report, with the verdict that measuring gave it', () => {
    const claim = {
      id: 'list-recovers-from-a-spike',
      claim: 'It recovers.',
      value: 41,
      target: 30,
      bound: 'at-most',
      unit: 'seconds',
      evidence: 'after 41 s',
    } as const
    const result = {
      load: 'list',
      flows: ['list'],
      verdict: 'FAIL',
      operatingPoint: null,
      bracket: null,
      reason: 'back late',
      claim,
    } as const
    const { claims, verdict } = capacityOf(evidence({ measurements: measurementsFixture({ results: [result] }) }))
    expect(claims.find(({ id }) => id === claim.id)).toMatchObject({ verdict: 'FAIL', value: 41, target: 30 })
    expect(verdict).toBe('FAIL')
  })
})

describe('a target elsewhere', () => {
  const at = 'https://shop.example.com'
  const measurements = measurementsFixture({ target: at })
  const { claims, sizing } = capacityOf(
    evidence({ measurements: { ...measurements, conditions: { ...measurements.conditions, sharedMachine: false } } }),
  )

  it('is called by its address, and is not multiplied as if it were one machine', () => {
    const flow = claims.filter(({ subject }) => subject === 'flow')
    expect(flow.every(({ claim }) => claim.startsWith(`The target at ${at}`))).toBe(true)
    expect(sizing.filter(({ unit }) => unit === 'machines')).toEqual([])
  })
})

describe('what gives first', () => {
  it('is the component that is full at the lowest rate', () => {
    const [list] = capacityOf(evidence()).bottlenecks
    expect(list?.flow).toBe('list')
    const rates = list?.rows.map(({ saturatesAtPerSecond }) => saturatesAtPerSecond ?? Infinity) ?? []
    expect(rates).toEqual(rates.toSorted((a, b) => a - b))
    expect(list?.givesFirst).toBe(list?.rows[0]?.component)
    // 0.82 ms of CPU a request on the one thread of a service.
    expect(list?.givesFirst).toBe('sut')
    expect(list?.rows[0]?.saturatesAtPerSecond).toBeCloseTo(1 / 0.00082, -1)
  })

  it('is never the harness', () => {
    const { bottlenecks, sizing } = capacityOf(evidence())
    const named = bottlenecks.flatMap(({ rows }) => rows.map(({ component }) => component))
    expect(named).not.toContain('k6')
    expect(named).not.toContain('headroom')
    expect(sizing.filter(({ what }) => /k6|headroom/.test(what))).toEqual([])
  })

  it('is not a component that did nothing for the flow, however busy it is with itself', () => {
    const busy = (step: Step): Step => ({
      ...step,
      components: step.components.map((one, at) =>
        one.name === 'elasticsearch' ? { ...one, cpuSeconds: one.cpuSeconds + 4 + at } : one,
      ),
    })
    const steps = climbFixture('list', 820, 21).map(busy)
    const [list] = capacityOf(evidence({ measurements: measurementsFixture({ steps }) })).bottlenecks
    expect(list?.rows.map(({ component }) => component)).not.toContain('elasticsearch')
  })

  it('tells searching from indexing by what Elasticsearch counts, in a mix that cannot be told apart too', () => {
    const mix = (rate: number, index: number) => {
      const of = (share: number) => ({ iterations: share * rate * 60, p99Ms: 80 })
      const flows = { list: of(0.8), checkout: of(0.1), pay: of(0.09), search: of(0.01) }
      return loadFixture({ load: 'mix', offeredPerSecond: rate, durationSeconds: 60, flows }, index)
    }
    const alone = [20, 40, 60].flatMap((rate, at) => [
      stepFixture({ flow: 'search', offeredPerSecond: rate }, 10 + at),
      stepFixture({ flow: 'checkout', offeredPerSecond: 3 * rate }, 20 + at),
    ])
    const steps = [idleFixture(), ...alone, mix(100, 1), mix(140, 2)]
    const { bottlenecks } = capacityOf(evidence({ measurements: measurementsFixture({ steps }) }))
    const costMs = (flow: string) =>
      bottlenecks.find((one) => one.flow === flow)?.rows.find(({ component }) => component === 'elasticsearch')
        ?.demandMs
    expect(costMs('search')).toBeCloseTo(5.2, 2)
    expect(costMs('checkout')).toBeCloseTo(0.5, 2)
    expect(costMs('mix')).toBeCloseTo(0.19 * 0.5 + 0.01 * 5.2, 2)
  })

  it('leaves out what is used while nobody asks', () => {
    const [, , checkout] = capacityOf(evidence()).bottlenecks
    const mysql = checkout?.rows.find(({ component }) => component === 'mysql')
    expect(mysql?.demandMs).toBeCloseTo(2.4, 2)
    expect(mysql?.idleCores).toBeCloseTo(0.01, 3)
  })

  it('says that it does not know the spread of one window', () => {
    const steps = [stepFixture({ flow: 'list', offeredPerSecond: 200 }, 1)]
    const [list] = capacityOf(evidence({ measurements: measurementsFixture({ steps }) })).bottlenecks
    expect(list?.rows[0]?.demandSpreadMs).toBeNull()
  })
})

describe('honesty', () => {
  it('carries what a partial volume does not prove, and says it first', () => {
    const { seeding, weaknesses } = capacityOf(evidence())
    expect(seeding?.shareOfPlan).toBeCloseTo(1_280_000 / 2_892_800_000)
    expect(seeding?.notProven.length).toBeGreaterThan(0)
    expect(weaknesses[0]).toContain('0.044')
  })

  it('holds back, of one full table, what others do to it and what nobody tried on it', () => {
    const measured = measurementsFixture()
    const tables = measured.tables.map((table) => (table.shard === 7 ? { ...table, orders: 50_000_000 } : table))
    const notProven = (ladder: Ladder | null) =>
      capacityOf({ ...evidence({ measurements: { ...measured, tables } }), ladder }).seeding?.notProven.join(' ')
    expect(notProven(null)).toContain('schema-change')
    expect(notProven(null)).not.toContain('Latency at')
    const column = {
      name: 'add-column',
      orders: 50_000_000,
      seconds: 0.01,
      projected: false,
      note: '',
      beside: null,
    } as const
    const workedOn = notProven({ ...fullLadderFixture(), studies: [column] })
    expect(workedOn).toContain('to each other')
    expect(workedOn).not.toContain('schema-change')
  })

  it('has nothing to hold back at the whole volume', () => {
    const whole = datasetFixture({ ordersPerShard: 45_200_000 })
    const { seeding } = capacityOf(evidence({ dataset: whole, measurements: measurementsFixture({ dataset: whole }) }))
    expect(seeding?.notProven).toEqual([])
  })

  it('says that rows of another width were measured than the plan has', () => {
    const resolved = resolvedPlanFixture()
    const wide = { ...resolved, plan: { ...resolved.plan, orders: { ...resolved.plan.orders, extraBytesPerRow: 200 } } }
    const weaknessesOf = (dataset = datasetFixture()) => capacityOf(evidence({ resolved: wide, dataset })).weaknesses
    expect(weaknessesOf().join()).toContain('200 bytes wider than their columns, those of this run were 0 bytes')
    expect(weaknessesOf({ ...datasetFixture(), extraBytesPerRow: 200 }).join()).not.toContain('wider')
  })

  it('takes its date from the evidence, not from the clock', () => {
    expect(capacityOf(evidence()).createdAt).toBe('2026-11-22T09:41:12.000Z')
  })
})
