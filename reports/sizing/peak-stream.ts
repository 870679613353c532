// The plan's peak second as one stream of requests, with what an average one of them costs each component.

import type { BottleneckRow, FlowBottleneck, RequestCounters } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { Measurements, Step } from '../../contracts/measurement.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import { mapCases } from '../capacity-model/cases.ts'
import { isOpen } from '../flow-capacity.ts'
import { type PeakPart, peakParts } from './peak-parts.ts'

export interface PeakStream {
  readonly peakPerSecond: Cases
  readonly basis: string
  readonly components: readonly string[]
  /** CPU seconds of an average request in these components together. */
  readonly cpuSeconds: (components: readonly string[]) => Cases
  /** Of an average request; null: not counted. */
  readonly counted: (counter: keyof RequestCounters) => number | null
  /** Mean service time at the operating point: no request holds a connection for longer. */
  readonly serviceSeconds: number | null
}

export interface Measured {
  readonly measurements: Measurements
  readonly bottlenecks: readonly FlowBottleneck[]
}

/** null: no window says what a request costs. */
export function peakStream({ measurements, bottlenecks }: Measured, resolved: ResolvedPlan): PeakStream | null {
  const parts = peakParts(bottlenecks, resolved)
  if (parts.length === 0) return null
  const peakPerSecond = mapCases((...rates) => sum(rates), ...parts.map((part) => part.peakPerSecond))
  const weighted = (figure: (part: PeakPart) => number) =>
    sum(parts.map((part) => figure(part) * part.peakPerSecond.mid)) / peakPerSecond.mid
  const service = parts.map((part) => serviceSeconds(part, measurements))
  return {
    peakPerSecond,
    basis: parts.map(({ flow, flows }) => (flows.length > 1 ? `${flow} as a whole` : flow)).join(', '),
    components: [...new Set(parts.flatMap(({ rows }) => rows.filter(isSure).map(({ component }) => component)))],
    cpuSeconds: (components) => {
      const of = (demandMs: (row: BottleneckRow) => number) =>
        weighted(({ rows }) => sum(rows.filter((row) => components.includes(row.component)).map(demandMs)) / 1000)
      return {
        low: of(({ demandMs, demandSpreadMs }) => demandSpreadMs?.low ?? demandMs),
        mid: of(({ demandMs }) => demandMs),
        high: of(({ demandMs, demandSpreadMs }) => demandSpreadMs?.high ?? demandMs),
      }
    },
    counted: (counter) => {
      const known = parts.every(({ counters }) => counters?.[counter] != null)
      return known ? weighted(({ counters }) => counters?.[counter] ?? 0) : null
    },
    serviceSeconds: service.includes(null) ? null : weighted((part) => service[parts.indexOf(part)] ?? 0),
  }
}

/** A cost that may as well be none sizes nothing. */
function isSure({ demandMs, demandSpreadMs }: BottleneckRow): boolean {
  return demandMs > 0 && (demandSpreadMs === null || demandSpreadMs.low > 0)
}

/** At the highest rate that passed; beyond it requests queue, and their time says nothing about a system that is large enough. */
function serviceSeconds({ flows }: FlowBottleneck, { steps }: Measurements): number | null {
  const beside = steps
    .filter(
      (step) => isOpen(step) && step.invalid.length === 0 && flows.every((flow) => step.flows[flow] !== undefined),
    )
    .toSorted((a, b) => a.offeredPerSecond - b.offeredPerSecond)
  const alone = beside.filter((step) => Object.keys(step.flows).length === flows.length)
  const own = alone.length > 0 ? alone : beside
  const step = own.findLast(({ judgement }) => judgement.outcome === 'pass') ?? own[0]
  const meanMs = step === undefined ? null : meanServiceMs(step, flows)
  return meanMs === null ? null : meanMs / 1000
}

function meanServiceMs(step: Step, flows: readonly string[]): number | null {
  const figures = flows.flatMap((flow) => step.flows[flow] ?? [])
  const good = sum(figures.map((one) => one.good))
  return good === 0 ? null : sum(figures.map((one) => one.good * (one.service.meanMs ?? 0))) / good
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
