import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SizingRow } from '../contracts/capacity.ts'
import { MAX_EXTRA_BYTES } from '../contracts/filler-column.ts'
import type { Interval } from '../contracts/plan.ts'
import { SEEDED_FAMILIES, type StoredFamily } from '../contracts/shard.ts'
import { TABLE_SHAPES, tableShape } from '../contracts/tables.ts'
import { capacityOf } from './capacity.ts'
import { PAGE_BYTES } from './capacity-model/b-tree.ts'
import { cheHitRatio } from './capacity-model/che.ts'
import { zipfBins } from './capacity-model/popularity.ts'
import { isRefused } from './capacity-model/refuse.ts'
import { tableSize } from './capacity-model/table-size.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { idleFixture, loadFixture, measurementsFixture, stepFixture } from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'
import { bufferPool, WANTED_HIT_RATIO, zipfOfActivity } from './sizing/buffer-pool.ts'

const resolved = resolvedPlanFixture()
const dataset = datasetFixture()
const sure = (value: number): Interval => ({ low: value, mid: value, high: value })

function rowsOf(measurements = measurementsFixture({ dataset }), plan = resolved): readonly SizingRow[] {
  return capacityOf({ resolved: plan, dataset, measurements }).sizing
}

function rowCalled(name: string, rows = rowsOf()): SizingRow {
  const found = rows.find(({ what }) => what.startsWith(name))
  if (found === undefined) throw new Error(`no row '${name}' among ${rows.map(({ what }) => what).join('; ')}`)
  return found
}

describe('sizing', () => {
  it('says every figure as low ≤ as planned ≤ high, finite and positive, with one rule', () => {
    for (const { what, low, mid, high, rule } of rowsOf()) {
      expect([what, low > 0, low <= mid, mid <= high, Number.isFinite(high)]).toEqual([what, true, true, true, true])
      expect(rule.length).toBeGreaterThan(20)
    }
  })

  it('asks for tiers, memory, disk, search and connections', () => {
    const units = new Set(rowsOf().map(({ unit }) => unit))
    expect(units).toEqual(new Set(['machines', 'connections', 'cores', 'operations', 'rows', 'bytes', 'shards']))
  })

  it('takes the tiers from the service demands: peak × CPU a request × (1 + headroom) in cores', () => {
    const peak = resolved.peak.ratePerSecond
    // CPU per request of the fixture's machine, sut.
    const busy =
      (peak.list.mid * 0.82 + peak.detail.mid * 0.74 + peak.checkout.mid * 2.1 + peak.search.mid * 0.7) / 1000
    expect(rowCalled('CPU cores of sut').mid).toBe(Math.ceil(busy * 1.3))
  })

  it('shows what was not taken, with the reason', () => {
    for (const name of ['Buffer pools', 'Elasticsearch primaries']) {
      const { rejected } = rowCalled(name)
      expect([name, rejected.length > 0, rejected.every((reason) => /asks for/.test(reason))]).toEqual([
        name,
        true,
        true,
      ])
    }
  })

  it('takes what a request costs from the mix where flows never ran alone', () => {
    const mix = (offeredPerSecond: number, index: number) =>
      loadFixture(
        {
          load: 'mix',
          offeredPerSecond,
          durationSeconds: 100,
          flows: {
            list: { iterations: 80 * offeredPerSecond, p99Ms: 80 },
            checkout: { iterations: 20 * offeredPerSecond, p99Ms: 150 },
          },
        },
        index,
      )
    const steps = [idleFixture(), mix(100, 1), mix(200, 2), mix(300, 3)]
    const row = rowCalled('CPU cores of sut', rowsOf(measurementsFixture({ dataset, steps })))
    const { list, checkout } = resolved.peak.ratePerSecond
    // 80 % lists of 0.82 ms, 20 % checkouts of 2.1 ms.
    expect(row.mid).toBe(Math.ceil(((list.mid + checkout.mid) * (0.8 * 0.82 + 0.2 * 2.1) * 1.3) / 1000))
    expect(row.rule).toContain('mix as a whole')
  })

  it('takes a mix with a flow that never ran alone as one kind of request, whatever its others cost alone', () => {
    const flows = (rate: number) => ({
      list: { iterations: 80 * rate, p99Ms: 80 },
      pay: { iterations: 20 * rate, p99Ms: 150 },
    })
    const mix = (rate: number, index: number) =>
      loadFixture({ load: 'mix', offeredPerSecond: rate, durationSeconds: 100, flows: flows(rate) }, index)
    const alone = [100, 200, 300].map((offeredPerSecond, at) =>
      stepFixture({ flow: 'list', offeredPerSecond, p99Ms: 80 }, at + 4),
    )
    const steps = [idleFixture(), mix(100, 1), mix(200, 2), mix(300, 3), ...alone]
    const row = rowCalled('CPU cores of sut', rowsOf(measurementsFixture({ dataset, steps })))
    const { list, pay } = resolved.peak.ratePerSecond
    // 80 % lists of 0.82 ms, 20 % pays of 1.1 ms.
    expect(row.mid).toBe(Math.ceil(((list.mid + pay.mid) * (0.8 * 0.82 + 0.2 * 1.1) * 1.3) / 1000))
  })

  it('spans the CPU of a request over its 95 % interval', () => {
    const at = (offeredPerSecond: number, factor: number, index: number) => {
      const step = stepFixture({ flow: 'checkout', offeredPerSecond, p99Ms: 90 }, index)
      const components = step.components.map((each) => ({ ...each, cpuSeconds: each.cpuSeconds * factor }))
      return { ...step, components }
    }
    const steps = [idleFixture(), at(60, 1.1, 1), at(120, 0.95, 2), at(200, 1, 3), at(250, 1.02, 4)]
    const { low, mid, high } = rowCalled('CPU cores of mysql', rowsOf(measurementsFixture({ dataset, steps })))
    const rate = resolved.peak.ratePerSecond.checkout
    expect(mid).toBeGreaterThan((rate.mid * 2.2 * 1.3) / 1000)
    expect(mid).toBeLessThan((rate.mid * 2.7 * 1.3) / 1000)
    expect(low / rate.low).toBeLessThan(mid / rate.mid)
    expect(high / rate.high).toBeGreaterThan(mid / rate.mid)
  })

  it('asks for disk operations: what misses the pool, writes, flushes', () => {
    const peak = resolved.peak.ratePerSecond
    // 40 page gets a request of the fixture, of all flows but search; 5 % of them miss.
    const gets = 40 * (peak.list.mid + peak.detail.mid + peak.checkout.mid)
    expect(rowCalled('Random reads a second').mid / (gets * (1 - WANTED_HIT_RATIO))).toBeCloseTo(1, 2)
    expect(rowCalled('Flushes to disk').mid / (2 * peak.checkout.mid)).toBeCloseTo(1, 2)
  })

  it('says what each process keeps in memory, the harness aside', () => {
    const rows = rowsOf().filter(({ what }) => what.startsWith('Memory of'))
    expect(rows.map(({ what }) => what)).toContain('Memory of sut, each process')
    expect(rows.some(({ what }) => what.includes('k6'))).toBe(false)
  })
})

describe('the database on disk', () => {
  const rows = rowsOf()
  const pagesOf = (family: StoredFamily, count: number, insertOrder: 'primary-key' | 'random') => {
    const size = tableSize({ ...TABLE_SHAPES[family], rows: Math.round(count), tables: 64, insertOrder })
    if (isRefused(size)) throw new Error(size.refused.message)
    return 64 * (size.clusteredBytes + size.secondary.reduce((sum, { typicalBytes }) => sum + typicalBytes, 0))
  }
  const last = resolved.months.at(-1)!
  const daysOfMonth = new Date(Number(last.month.slice(0, 4)), Number(last.month.slice(5)), 0).getDate()
  const keyBytes = pagesOf('idempotency_keys', ((last.orders.mid / daysOfMonth) * 3) / 64, 'random')

  it('is computed from the columns that the services create', () => {
    const items = 0.5 * 1 + 0.3 * 2 + 0.2 * 3
    const perTable = resolved.totalOrders.mid / 64
    const bytes = SEEDED_FAMILIES.map((family) => {
      return pagesOf(family, perTable * (family === 'order_items' ? items : 1), 'primary-key')
    })
    const expected = bytes.reduce((sum, each) => sum + each, keyBytes)
    expect(rowCalled('Database on disk, from the columns', rows).mid / expected).toBeCloseTo(1, 4)
  })

  it('is that of rows as wide as the plan says', () => {
    const wide = { ...resolved, plan: { ...resolved.plan, orders: { ...resolved.plan.orders, extraBytesPerRow: 200 } } }
    const wideRow = rowCalled('Database on disk, from the columns', rowsOf(measurementsFixture({ dataset }), wide))
    const narrowRow = rowCalled('Database on disk, from the columns', rows)
    // 67 bytes a row: 225 to a page. 67 + 1 + 200: 56.
    const morePages = resolved.totalOrders.mid * (1 / 56 - 1 / 225)
    expect((wideRow.mid - narrowRow.mid) / (morePages * PAGE_BYTES)).toBeCloseTo(1, 2)
  })

  it('keeps the widest row that a plan may have on its page, two to a page', () => {
    const question = {
      ...tableShape('orders', MAX_EXTRA_BYTES),
      rows: 1e6,
      tables: 1,
      insertOrder: 'primary-key',
    } as const
    const size = tableSize(question)
    if (isRefused(size)) throw new Error(size.refused.message)
    expect([size.offPageBytes, size.rowsPerLeaf]).toEqual([0, 2])
  })

  it('stands beside the measured figure, with the difference', () => {
    const modelled = rowCalled('Database on disk, from the columns', rows)
    const measured = rowCalled('Database on disk, from measured', rows)
    expect(measured.mid / (resolved.totalOrders.mid * 402 + keyBytes)).toBeCloseTo(1, 4)
    const apart = ((measured.mid / modelled.mid - 1) * 100).toPrecision(3)
    expect(measured.rule).toContain(`(${Number(apart)}`)
    expect(measured.rule).toContain("above the columns' figure")
  })

  it('is modelled alone where sizes were not measured', () => {
    const bare = rowsOf({ ...measurementsFixture({ dataset }), sizes: null })
    expect(bare.filter(({ unit }) => unit === 'shards')).toEqual([])
    expect(bare.filter(({ what }) => what.startsWith('Database on disk')).map(({ basis }) => basis)).toEqual([
      'modelled',
    ])
  })
})

describe('the buffer pool', () => {
  it('reaches the wanted hit ratio', () => {
    const { poolBytes } = bufferPool(resolved.plan, sure(1e12))
    const pages = Math.round(1e12 / PAGE_BYTES)
    const { mid } = zipfOfActivity(resolved.plan.users.activity)
    const hitRatio = cheHitRatio(zipfBins(mid, pages), { pages, poolPages: poolBytes.mid / PAGE_BYTES })
    expect(hitRatio).toBeCloseTo(WANTED_HIT_RATIO, 6)
  })

  it('never exceeds the data, and grows with it', () => {
    const size = fc.double({ min: 1e6, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)].map(
          (data) => bufferPool(resolved.plan, sure(data)).poolBytes,
        )
        expect(large?.high).toBeLessThanOrEqual(Math.max(a, b) + PAGE_BYTES)
        expect(small?.mid).toBeLessThanOrEqual((large?.mid ?? 0) * (1 + 1e-6) + PAGE_BYTES)
      }),
      { numRuns: 15 },
    )
  })

  it.each([
    ['one class is no skew', [{ shareOfUsers: 1, shareOfOrders: 1 }], { low: 0, mid: 0, high: 0 }],
    [
      'users in proportion are no skew',
      [
        { shareOfUsers: 0.5, shareOfOrders: 0.5 },
        { shareOfUsers: 0.5, shareOfOrders: 0.5 },
      ],
      { low: 0, mid: 0, high: 0 },
    ],
    [
      'a hundredth of the users with a tenth of the orders: 1 − ½',
      [
        { shareOfUsers: 0.01, shareOfOrders: 0.1 },
        { shareOfUsers: 0.99, shareOfOrders: 0.9 },
      ],
      { low: 0.5, mid: 0.5, high: 0.5 },
    ],
  ])('%s', (_, activity, expected) => {
    const zipf = zipfOfActivity(activity)
    expect([zipf.low, zipf.mid, zipf.high].map((value) => Number(value.toFixed(9)))).toEqual(Object.values(expected))
  })
})
