// What the steps of a piece say about one flow at one rung. Pure.

import { judge, type Targets } from '../../contracts/judge.ts'
import type { HeldRate, HeldTogether, HighestRate, LadderFlow, RungFlow, RungPool } from '../../contracts/ladder.ts'
import {
  type FlowFigures,
  HARNESS,
  type HoldPurpose,
  type LoadResult,
  type Measurements,
  type Step,
} from '../../contracts/measurement.ts'

type IdleCores = RungPool['idleCores']

export const NOTHING_IDLE: IdleCores = { mysql: 0, system: 0 }

export interface PieceOf {
  readonly flow: LadderFlow
  readonly targets: Targets
  readonly idle: IdleCores
  readonly evidence: string
}

export function rungFlow({ steps, results }: Measurements, of: PieceOf): RungFlow {
  const { flow, targets, evidence } = of
  const common = heldSteps(steps, flow, 'common')
  return {
    share: heldTogether(heldSteps(steps, flow, 'share'), flow, targets),
    common: heldTogether(common, flow, targets),
    highest: highestRate(results.find(({ load }) => load === flow)),
    ...perRequest(common, flow, of.idle),
    evidence,
  }
}

export function heldSteps(steps: readonly Step[], flow: string, purpose: HoldPurpose): readonly Step[] {
  return steps.filter((step) => step.purpose === purpose && step.flows[flow] !== undefined)
}

export function heldRate(step: Step, flow: string): HeldRate {
  const figures = step.flows[flow]
  const answered = figures?.answered ?? 0
  return {
    ratePerSecond: tenths(step.offeredPerSecond),
    samples: figures?.latency.samples ?? 0,
    p99Ms: figures?.latency.p99Ms ?? null,
    serviceP99Ms: figures?.service.p99Ms ?? null,
    missesPerRequest: step.mysql === null || answered === 0 ? null : step.mysql.bufferPoolReads / answered,
    outcome: step.judgement.flows[flow]?.outcome ?? 'invalid',
    invalid: step.invalid.map(({ code }) => code),
  }
}

/** As rates are asked for: the mean over a window is off in its last digits. */
function tenths(ratePerSecond: number): number {
  return Math.round(10 * ratePerSecond) / 10
}

/** Judged by the one judge, as one window: repeats that something from outside spoilt are left out where others are not. */
export function heldTogether(steps: readonly Step[], flow: string, targets: Targets): HeldTogether | null {
  const [first] = steps
  if (first === undefined) return null
  const sound = steps.filter(({ invalid }) => invalid.length === 0)
  const counted = sound.length > 0 ? sound : steps
  const figures = together(counted.flatMap((step) => step.flows[flow] ?? []))
  const invalid = counted.flatMap((step) => step.invalid)
  const { flows } = judge({ flows: { [flow]: figures }, invalid }, targets)
  return {
    ratePerSecond: tenths(first.offeredPerSecond),
    repeats: steps.map((step) => heldRate(step, flow)),
    judgement: flows[flow] ?? { outcome: 'invalid', slow: null, errors: null, by: [] },
  }
}

/** Without percentiles: those of several windows are of none. */
function together(parts: readonly FlowFigures[]): FlowFigures {
  const sum = (value: (part: FlowFigures) => number) => parts.reduce((total, part) => total + value(part), 0)
  const unknown = { p50Ms: null, p95Ms: null, p99Ms: null, p999Ms: null, maxMs: null, meanMs: null }
  return {
    iterations: sum(({ iterations }) => iterations),
    answered: sum(({ answered }) => answered),
    good: sum(({ good }) => good),
    errors: sum(({ errors }) => errors),
    overTarget: sum(({ overTarget }) => overTarget),
    failures: [],
    latency: { ...unknown, samples: sum(({ latency }) => latency.samples) },
    service: { ...unknown, samples: sum(({ service }) => service.samples) },
    blocks: parts.flatMap(({ blocks }) => blocks),
  }
}

/** Where the search stated no operating point, the middle of where it lies, on the scale of factors. */
function highestRate(result: LoadResult | undefined): HighestRate | null {
  if (result === undefined) return null
  const { operatingPoint, highest } = result
  if (operatingPoint !== null) {
    const { low, high } = operatingPoint.interval
    return { ratePerSecond: operatingPoint.ratePerSecond, low, high }
  }
  if (highest == null || highest.low <= 0) return null
  const { low, high } = highest
  return { ratePerSecond: high === null ? low : Math.sqrt(low * high), low, high }
}

type PerRequest = Pick<RungFlow, 'pageGetsPerRequest' | 'missesPerRequest' | 'mysqlCpuMsPerRequest' | 'cpuMsPerRequest'>

function perRequest(steps: readonly Step[], flow: string, idle: IdleCores): PerRequest {
  const requests = steps.reduce((sum, step) => sum + (step.flows[flow]?.answered ?? 0), 0)
  const seconds = steps.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0)
  const counted = steps.every(({ mysql }) => mysql !== null)
  // A server in a container is no process of ours to look at.
  const seen = steps.every(({ components }) => components.some(({ name }) => name === 'mysql'))
  const total = (value: (step: Step) => number) => steps.reduce((sum, step) => sum + value(step), 0)
  const cpuMs = (isMeant: (name: string) => boolean, idleCores: number) => {
    const used = total(({ components }) =>
      components.filter(({ name }) => isMeant(name)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    )
    return (1000 * Math.max(0, used - idleCores * seconds)) / requests
  }
  const known = requests > 0
  return {
    pageGetsPerRequest: known && counted ? total(({ mysql }) => mysql?.bufferPoolReadRequests ?? 0) / requests : null,
    missesPerRequest: known && counted ? total(({ mysql }) => mysql?.bufferPoolReads ?? 0) / requests : null,
    mysqlCpuMsPerRequest: known && seen ? cpuMs((name) => name === 'mysql', idle.mysql) : null,
    cpuMsPerRequest: known && seen ? cpuMs((name) => !HARNESS.includes(name), idle.system) : null,
  }
}

/** Of the step in which nobody asked, where there is one. */
export function idleCores(steps: readonly Step[]): IdleCores {
  const idle = steps.find(({ kind }) => kind === 'idle')
  if (idle === undefined) return NOTHING_IDLE
  const seconds = (idle.toMs - idle.fromMs) / 1000
  const used = (isMeant: (name: string) => boolean) =>
    idle.components.filter(({ name }) => isMeant(name)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / seconds
  return { mysql: used((name) => name === 'mysql'), system: used((name) => !HARNESS.includes(name)) }
}

/** Page requests that needed no read: of one request of each flow. null: not counted. */
export function hitRatio(flows: RungPool['flows']): number | null {
  const counted = Object.values(flows).flatMap(({ pageGetsPerRequest, missesPerRequest }) =>
    pageGetsPerRequest === null || missesPerRequest === null ? [] : [{ gets: pageGetsPerRequest, missesPerRequest }],
  )
  const gets = counted.reduce((sum, one) => sum + one.gets, 0)
  return gets === 0 ? null : 1 - counted.reduce((sum, one) => sum + one.missesPerRequest, 0) / gets
}
