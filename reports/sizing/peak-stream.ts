// The plan's peak second as one stream of requests, with what an average one of them costs each component: the mix where
// the run loaded it, else the flows that were measured alone, weighted by their share of the peak.

import type { BottleneckRow, FlowBottleneck, FlowCapacity, MixCapacity } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { LoadFlow, Measurements } from '../../contracts/measurement.ts'
import { mapCases } from '../capacity-model/cases.ts'
import { componentDemand } from '../component-demand.ts'

export interface PeakStream {
  readonly peakPerSecond: Cases
  readonly basis: string
  readonly components: readonly string[]
  /** CPU seconds of an average request in these components together. */
  readonly cpuSeconds: (components: readonly string[]) => Cases
  /** Mean service time at the operating point: no request holds a connection for longer. */
  readonly serviceSeconds: number | null
}

export interface Measured {
  readonly measurements: Measurements
  readonly flows: readonly FlowCapacity[]
  readonly mix: MixCapacity | null
  readonly bottlenecks: readonly FlowBottleneck[]
}

interface Part {
  readonly flow: LoadFlow
  readonly peakPerSecond: Cases
  readonly lastPassPerSecond: number | null
  readonly rows: readonly BottleneckRow[]
}

/** null: no valid step says what a request costs. */
export function peakStream(measured: Measured): PeakStream | null {
  const mix = mixPart(measured)
  const parts = mix === null ? flowParts(measured) : [mix]
  if (parts.length === 0) return null
  const peakPerSecond = mapCases((...rates) => sum(rates), ...parts.map((part) => part.peakPerSecond))
  const weighted = (figure: (part: Part) => number) =>
    sum(parts.map((part) => figure(part) * part.peakPerSecond.mid)) / peakPerSecond.mid
  const service = parts.map((part) => serviceSeconds(part, measured.measurements))
  return {
    peakPerSecond,
    basis:
      mix === null
        ? `${parts.map(({ flow }) => flow).join(', ')}, each measured alone`
        : 'measured with all flows at once',
    components: [...new Set(parts.flatMap(({ rows }) => rows.map(({ component }) => component)))],
    cpuSeconds: (components) => {
      const of = (demandMs: (row: BottleneckRow) => number) =>
        weighted(({ rows }) => sum(rows.filter((row) => components.includes(row.component)).map(demandMs)) / 1000)
      return {
        low: of(({ demandSpreadMs }) => demandSpreadMs.low),
        mid: of(({ demandMs }) => demandMs),
        high: of(({ demandSpreadMs }) => demandSpreadMs.high),
      }
    },
    serviceSeconds: service.includes(null) ? null : weighted((part) => service[parts.indexOf(part)] ?? 0),
  }
}

function mixPart({ mix, measurements }: Measured): Part | null {
  if (mix === null) return null
  const demand = componentDemand(
    measurements.steps.filter(({ flow }) => flow === 'mix'),
    measurements,
  )
  return typeof demand === 'string' ? null : { ...mix, flow: 'mix', rows: demand.rows }
}

function flowParts({ flows, bottlenecks }: Measured): readonly Part[] {
  return flows.flatMap((flow) => {
    const rows = bottlenecks.find((bottleneck) => bottleneck.flow === flow.flow)?.rows ?? []
    return rows.length > 0 ? [{ ...flow, rows }] : []
  })
}

/** Beyond the operating point requests queue, and their time says nothing about a system that is large enough. */
function serviceSeconds({ flow, lastPassPerSecond }: Part, { steps }: Measurements): number | null {
  const valid = steps
    .filter((step) => step.flow === flow && step.kind === 'measured' && step.valid)
    .toSorted((a, b) => a.offeredPerSecond - b.offeredPerSecond)
  const step = valid.find(({ offeredPerSecond }) => offeredPerSecond === lastPassPerSecond) ?? valid[0]
  const meanMs = step?.serviceTime.meanMs ?? null
  return meanMs === null ? null : meanMs / 1000
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
