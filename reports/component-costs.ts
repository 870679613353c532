// What a request costs each component: the slope of its CPU over the rates of all windows, with what it uses while nobody
// asks as the intercept. The harness is no component of the system.

import type { BottleneckRow, RequestCounters } from '../contracts/capacity.ts'
import {
  type ElasticsearchCounters,
  HARNESS,
  type Measurements,
  type MysqlCounters,
  type Step,
} from '../contracts/measurement.ts'
import { type Coefficient, nonnegativeRegression } from './capacity-model/nonnegative-regression.ts'
import { flowsOf, secondsOf } from './capacity-point.ts'

/**
 * What requests are told apart by: a flow, or a load with flows that never ran alone. Such a load is one kind of request:
 * what is left of it when the others are taken off, at their cost alone, would be the error of all their costs together.
 */
export interface CostUnit {
  readonly name: string
  readonly flows: readonly string[]
}

export interface UnitCosts {
  readonly unit: CostUnit
  /** The highest rate of it that was held. */
  readonly atPerSecond: number
  /** What is full at the lowest rate first. */
  readonly rows: readonly BottleneckRow[]
  readonly counters: RequestCounters
}

const SEARCH_ENGINE = 'elasticsearch'
/** Fewer of its own operations per request than this: a component had nothing to do with them. */
const WORKS_PER_REQUEST = 0.01

export function componentCosts(measurements: Measurements): readonly UnitCosts[] {
  const windows = measurements.steps.filter(isUsable)
  const units = costUnits(windows)
  const names = [...new Set(windows.flatMap(({ components }) => components.map(({ name }) => name)))]
  const system = names.filter((name) => !HARNESS.includes(name))
  const cores = measurements.conditions.host.cores
  const cpu = new Map(
    system.map((name) => {
      const byWork = name === SEARCH_ENGINE ? costsByWork(windows, units) : null
      if (byWork !== null) return [name, byWork]
      const involved = units.map((unit) => worksFor(name, unit, windows))
      return [name, costsOf(windows, units, involved, (step) => cpuSecondsOf(step, name))]
    }),
  )
  return units.map((unit, at) => {
    const atPerSecond = highestRate(windows, unit)
    const rows = system.flatMap((name) => {
      const [idle, ...each] = cpu.get(name) ?? []
      const cost = each[at]
      return cost === undefined || cost === null ? [] : [row(name, idle?.value ?? 0, cost, { cores, atPerSecond })]
    })
    return { unit, atPerSecond, rows: rows.toSorted(bySaturation), counters: countersOf(windows, units, at) }
  })
}

/** Windows in which the system was itself, idle ones too; a warm-up compiles and fills caches. */
function isUsable({ kind, components, invalid }: Step): boolean {
  const broken = invalid.some(({ code }) =>
    ['engine-lost', 'target-changed', 'target-dead', 'generator-failed'].includes(code),
  )
  return kind !== 'warm-up' && components.length > 0 && !broken
}

function costUnits(windows: readonly Step[]): readonly CostUnit[] {
  const loads = new Map(windows.filter(({ kind }) => kind !== 'idle').map((step) => [step.load, flowsOf(step)]))
  const alone = [...loads.values()].filter((flows) => flows.length === 1).flat()
  const mixed = [...loads].filter(([, flows]) => flows.some((flow) => !alone.includes(flow)))
  return [...alone.map((flow) => ({ name: flow, flows: [flow] })), ...mixed.map(([name, flows]) => ({ name, flows }))]
}

/** Answered requests a second of a unit in a window; a load that cannot be told apart is one kind of request, and no other. */
function rateOf(step: Step, unit: CostUnit, units: readonly CostUnit[]): number {
  const isWhole = ({ flows }: CostUnit) => flows.length > 1
  const whole = units.find((one) => one.name === step.load && isWhole(one))
  if (whole === undefined ? isWhole(unit) && unit.name !== step.load : whole !== unit) return 0
  return unit.flows.reduce((sum, flow) => sum + (step.flows[flow]?.answered ?? 0), 0) / secondsOf(step)
}

/** The intercept first; null: the component has no part in that unit. */
function costsOf(
  windows: readonly Step[],
  units: readonly CostUnit[],
  involved: readonly boolean[],
  amount: (step: Step) => number | null,
): readonly (Coefficient | null)[] {
  const asked = units.filter((_, at) => involved[at])
  const observations = windows.flatMap((step) => {
    const used = amount(step)
    const seconds = secondsOf(step)
    const x = [1, ...asked.map((unit) => rateOf(step, unit, units))]
    return used === null ? [] : [{ x, y: used / seconds, weight: seconds }]
  })
  const [idle, ...costs] = nonnegativeRegression(observations)
  const each = new Map(asked.map((unit, at) => [unit.name, costs[at] ?? null]))
  return [idle ?? null, ...units.map(({ name }) => each.get(name) ?? null)]
}

/**
 * Elasticsearch counts its own work: what a search and what a document costs is the same in whatever load they come, and
 * each kind of request brings as many of both as it did in windows of its own. null: it was not counted.
 */
function costsByWork(windows: readonly Step[], units: readonly CostUnit[]): readonly (Coefficient | null)[] | null {
  const counted = windows.flatMap((step) => (step.elasticsearch === null ? [] : [{ step, work: step.elasticsearch }]))
  const observations = counted.flatMap(({ step, work }) => {
    const used = cpuSecondsOf(step, SEARCH_ENGINE)
    const seconds = secondsOf(step)
    const x = [1, work.searches / seconds, work.indexed / seconds]
    return used === null ? [] : [{ x, y: used / seconds, weight: seconds }]
  })
  const [idle, search, index] = nonnegativeRegression(observations)
  if (idle === undefined || search === undefined || index === undefined) return null
  const costs = units.map((unit): Coefficient | null => {
    const own = counted.filter(({ step }) => units.every((one) => rateOf(step, one, units) > 0 === (one === unit)))
    const requests = own.reduce((sum, { step }) => sum + rateOf(step, unit, units) * secondsOf(step), 0)
    const each = (of: (work: ElasticsearchCounters) => number) =>
      own.reduce((sum, { work }) => sum + of(work), 0) / Math.max(1, requests)
    const parts = [
      { times: each(({ searches }) => searches), cost: search },
      { times: each(({ indexed }) => indexed), cost: index },
    ].filter(({ times }) => times > 0)
    return parts.reduce((total, { times }) => total + times, 0) < WORKS_PER_REQUEST ? null : sumOf(parts)
  })
  return [idle, ...costs]
}

/** As wide as if both were off to the same side. */
function sumOf(parts: readonly { readonly times: number; readonly cost: Coefficient }[]): Coefficient {
  const sum = (of: (cost: Coefficient) => number) =>
    parts.reduce((total, { times, cost }) => total + times * of(cost), 0)
  const isKnown = parts.every(({ cost }) => cost.interval !== null)
  const interval = { low: sum(({ interval: i }) => i?.low ?? 0), high: sum(({ interval: i }) => i?.high ?? 0) }
  return { value: sum(({ value }) => value), interval: isKnown ? interval : null }
}

function cpuSecondsOf(step: Step, name: string): number | null {
  return step.components.find((component) => component.name === name)?.cpuSeconds ?? null
}

/** By the engine's own counters, where it has some: a JVM is busy with itself whether anyone searches or not. */
function worksFor(name: string, unit: CostUnit, windows: readonly Step[]): boolean {
  const own = windows.filter((step) => unit.flows.every((flow) => step.flows[flow] !== undefined))
  const requests = own.reduce(
    (sum, step) => sum + Object.values(step.flows).reduce((n, { answered }) => n + answered, 0),
    0,
  )
  const counted = (of: (step: Step) => number | undefined) => {
    const known = own.flatMap((step) => of(step) ?? [])
    return known.length === 0 || known.reduce((sum, value) => sum + value, 0) >= WORKS_PER_REQUEST * requests
  }
  if (name === SEARCH_ENGINE) return counted(({ elasticsearch: e }) => (e ? e.searches + e.indexed : undefined))
  return isDatabase(name) ? counted(({ mysql }) => mysql?.queries) : true
}

function row(
  component: string,
  idleCores: number,
  cost: Coefficient,
  { cores, atPerSecond }: { readonly cores: number; readonly atPerSecond: number },
): BottleneckRow {
  const servers = usableCores(component, cores)
  const { value, interval } = cost
  return {
    component,
    demandMs: value * 1000,
    demandSpreadMs: interval === null ? null : { low: interval.low * 1000, high: interval.high * 1000 },
    idleCores,
    utilisation: (idleCores + value * atPerSecond) / servers,
    servers,
    saturatesAtPerSecond: value > 0 ? Math.max(0, servers - idleCores) / value : null,
  }
}

/** A service of ours runs its JavaScript on one thread; the engines and nginx use every core. */
function usableCores(component: string, cores: number): number {
  return isService(component) ? Math.min(1, cores) : cores
}

export function isService(component: string): boolean {
  return component === 'sut' || component.startsWith('sut:')
}

/** The home server, or another that holds shards. */
export function isDatabase(component: string): boolean {
  return component === 'mysql' || component.startsWith('mysql:')
}

function bySaturation(a: BottleneckRow, b: BottleneckRow): number {
  const never = Number.POSITIVE_INFINITY
  return (a.saturatesAtPerSecond ?? never) - (b.saturatesAtPerSecond ?? never)
}

function highestRate(windows: readonly Step[], unit: CostUnit): number {
  return windows.reduce((most, step) => Math.max(most, rateOf(step, unit, [])), 0)
}

/** Counters are regressed like CPU: what the engines do on their own is no request's doing. */
function countersOf(windows: readonly Step[], units: readonly CostUnit[], at: number): RequestCounters {
  const all = units.map(() => true)
  const per = (amount: (step: Step) => number | null): number | null => {
    if (windows.every((step) => amount(step) === null)) return null
    return costsOf(windows, units, all, amount)[at + 1]?.value ?? null
  }
  const mysql = (name: keyof MysqlCounters) => per((step) => step.mysql?.[name] ?? null)
  return {
    pageGets: mysql('bufferPoolReadRequests'),
    poolMisses: mysql('bufferPoolReads'),
    dataReads: mysql('dataReads'),
    dataWrites: mysql('dataWrites'),
    fsyncs: mysql('fsyncs'),
    redoBytes: mysql('redoWrittenBytes'),
    rowLockWaits: mysql('rowLockWaits'),
    searchRejections: per((step) => step.elasticsearch?.rejected ?? null),
  }
}
