// What the plan's peak and its three years ask for: machines, cores, disk. Always a range and the rule behind it.

import type { FlowBottleneck, FlowCapacity, MixCapacity, Provenance, SizingRow } from '../contracts/capacity.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { Interval, ResolvedPlan } from '../contracts/plan.ts'
import { WHOLE_MACHINE } from './bottlenecks.ts'
import { machineLoad, peakRate } from './machine-load.ts'
import { percent, significant } from './quantity.ts'

export const ALL_FLOWS = 'Machines for all flows at the peak'

export interface SizingInput {
  readonly resolved: ResolvedPlan
  readonly measurements: Measurements
  readonly flows: readonly FlowCapacity[]
  readonly mix: MixCapacity | null
  readonly bottlenecks: readonly FlowBottleneck[]
}

export function sizing(input: SizingInput): readonly SizingRow[] {
  return [...machineRows(input), ...coreRows(input), ...dataRows(input)]
}

function machineRows({ resolved, flows, mix }: SizingInput): SizingRow[] {
  const wanted = 1 + resolved.plan.headroom
  const each = flows.flatMap(({ flow, machinesForPeak, machinesReason }) =>
    machinesForPeak === null
      ? []
      : [
          row(
            `Machines for ${flow} at the peak`,
            machinesForPeak,
            'machines',
            beyondTwo(machinesForPeak),
            machinesReason,
          ),
        ],
  )
  const together = mix === null ? machineLoad(flows, peakRate).machines : mixMachines(mix)
  if (together === null || flows.length < 2) return each
  const needed = rounded(times(together, wanted))
  const basis = mix === null ? 'flows measured alone, shares of a machine added up' : 'measured with all flows at once'
  const rule = `${basis}; plus ${percent(resolved.plan.headroom)} headroom; as if machines shared nothing`
  return [row(ALL_FLOWS, needed, 'machines', beyondTwo(needed), rule), ...each]
}

function mixMachines(mix: MixCapacity): Interval | null {
  if (mix.lastPassPerSecond === null) return null
  return {
    low: mix.firstFailPerSecond === null ? 0 : mix.peakPerSecond.low / mix.firstFailPerSecond,
    mid: mix.peakPerSecond.mid / mix.lastPassPerSecond,
    high: mix.peakPerSecond.high / mix.lastPassPerSecond,
  }
}

/** Service demand law: busy cores = rate × CPU seconds per request, divided by how busy a core may be. */
function coreRows({ resolved, flows, bottlenecks }: SizingInput): SizingRow[] {
  const busyAtMost = 1 / (1 + resolved.plan.headroom)
  const components = [...new Set(bottlenecks.flatMap(({ rows }) => rows.map(({ component }) => component)))]
  return components
    .filter((component) => component !== 'k6' && component !== WHOLE_MACHINE)
    .map((component) => {
      const cores = (level: keyof Interval) =>
        bottlenecks.reduce((sum, { flow, rows }) => {
          const demandMs = rows.find((candidate) => candidate.component === component)?.demandMs ?? 0
          const rate = flows.find((candidate) => candidate.flow === flow)?.peakPerSecond[level] ?? 0
          return sum + (rate * demandMs) / 1000 / busyAtMost
        }, 0)
      const needed = rounded({ low: cores('low'), mid: cores('mid'), high: cores('high') })
      const rule = `Σ peak rate × CPU per request ÷ ${percent(busyAtMost)} busy at most, all measured flows; the generator is not in it`
      return row(`CPU cores of ${component} at the peak`, needed, 'cores', 'extrapolated', rule)
    })
    .toSorted((a, b) => b.mid - a.mid)
}

function dataRows({ resolved, measurements }: SizingInput): SizingRow[] {
  const orders = resolved.totalOrders
  const rows = [row('Orders after the horizon', orders, 'rows', 'planned', 'the plan: start rate, growth, promotions')]
  const { sizes } = measurements
  if (sizes === null) return rows
  const database = times(orders, sizes.allFamiliesBytesPerOrder)
  const databaseRule = `orders × ${significant(sizes.allFamiliesBytesPerOrder)} bytes measured per order with its items and payments; no replica, no backup`
  rows.push(row('Database on disk', database, 'bytes', 'extrapolated', databaseRule))
  if (sizes.searchDocuments === 0) return rows
  const perDocument = sizes.searchBytes / sizes.searchDocuments
  const searchRule = `orders × ${significant(perDocument)} bytes measured per document; one copy, before replicas`
  return [...rows, row('Search index on disk', times(orders, perDocument), 'bytes', 'extrapolated', searchRule)]
}

function row(what: string, range: Interval, unit: SizingRow['unit'], provenance: Provenance, rule: string): SizingRow {
  return { what, low: range.low, mid: range.mid, high: range.high, unit, provenance, rule }
}

function beyondTwo(machines: Interval): Provenance {
  return machines.mid > 2 ? 'extrapolated' : 'modelled'
}

function times(range: Interval, factor: number): Interval {
  return { low: range.low * factor, mid: range.mid * factor, high: range.high * factor }
}

function rounded({ low, mid, high }: Interval): Interval {
  return { low: Math.max(1, Math.ceil(low)), mid: Math.max(1, Math.ceil(mid)), high: Math.max(1, Math.ceil(high)) }
}
