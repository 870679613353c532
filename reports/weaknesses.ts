// Where this run is weak, most serious first: what a careful reader would object, said before they do.

import type {
  Claim,
  FlowCapacity,
  FlowCurve,
  MeasuredTarget,
  MixCapacity,
  Seeding,
  TableProjection,
} from '../contracts/capacity.ts'
import { FULL_SHARE } from '../contracts/ladder.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { Flow } from '../contracts/plan.ts'
import { secondsOf } from './capacity-point.ts'
import { isForeign } from './claims/evidence-claims.ts'
import { bytes, compact, percent, perSecond, plural, probability, significant } from './quantity.ts'

/** Below this a hold may miss checkpoints, merges and garbage collections. */
const SHORT_STEP_SECONDS = 60

export interface WeaknessInput {
  readonly claims: readonly Claim[]
  readonly seeding: Seeding | null
  readonly tables: TableProjection | null
  readonly flows: readonly FlowCapacity[]
  readonly ownFlows: readonly FlowCurve[]
  readonly target: MeasuredTarget
  readonly flowsNotMeasured: readonly Flow[]
  readonly mix: MixCapacity | null
  readonly measurements: Measurements
}

export function weaknesses(input: WeaknessInput): readonly string[] {
  return [
    ...evidence(input),
    ...volume(input),
    ...width(input),
    ...unobserved(input),
    ...machine(input),
    ...range(input),
    ...coverage(input),
    ...repetition(input),
    ...growth(input),
    ...deployed(input),
    ...settings(input),
  ]
}

function evidence({ claims }: WeaknessInput): string[] {
  const broken = claims.filter(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')
  return broken.map(({ reason }) => `The evidence is broken, so no figure below counts: ${reason}`)
}

function volume({ seeding, tables }: WeaknessInput): string[] {
  if (seeding === null || seeding.notProven.length === 0) return []
  const share = seeding.shareOfPlan === null ? 'an unknown share' : percent(seeding.shareOfPlan)
  const fullest = Math.max(0, ...(tables?.tables ?? []).map(({ countedRows }) => countedRows ?? 0))
  const isFull = tables !== null && fullest >= FULL_SHARE * tables.limit
  const unproven = isFull
    ? 'One table was full; how 64 of them share hosts is not proven by this run.'
    : 'Latencies at full tables are not proven by this run.'
  return [`The tables held ${share} of the planned orders. ${unproven}`]
}

/** Rows of another width lie on another number of pages: hit ratio, sizes and latencies are those of other tables. */
function width({ seeding }: WeaknessInput): string[] {
  if (seeding === null) return []
  const { planned, seeded } = seeding.extraBytesPerRow
  if (seeded === null || seeded === planned) return []
  return [
    `The plan's orders are ${plural(planned, 'byte')} wider than their columns, those of this run were ${plural(seeded, 'byte')}: sizes and latencies of the plan's rows were not measured.`,
  ]
}

function unobserved({ measurements, target }: WeaknessInput): string[] {
  const measured = measurements.steps.filter(({ kind }) => kind === 'measured')
  const blind = measured.filter(({ generatorCpu }) => generatorCpu === null).length
  return [
    ...(target.kind === 'http' && measurements.conditions.versions.mysql === undefined
      ? ['What the target does with its CPU, memory and disks was not seen, so what gives first in it is not known.']
      : []),
    ...(target.kind === 'headroom' && isForeign(measurements)
      ? ['Rows were not counted here: the target is not ours to look into, so its word is all there is about its data.']
      : []),
    ...(blind > 0
      ? [`In ${plural(blind, 'step')} the CPU of the load generator could not be read: it may have been the slow one.`]
      : []),
  ]
}

function machine({ measurements, target }: WeaknessInput): string[] {
  const { sharedMachine, host } = measurements.conditions
  return sharedMachine
    ? [
        `${target.kind === 'http' ? 'Load generator and target' : 'Load generator, services and engines'} shared ${plural(host.cores, 'core')}: capacities include the generator's cost and are pessimistic for the ${target.kind === 'http' ? 'target' : 'services'} alone.`,
      ]
    : []
}

function range({ flows }: WeaknessInput): string[] {
  return flows.flatMap(({ flow, peakPerSecond, points, machinesForPeak }) => {
    const highest = points.reduce((most, point) => Math.max(most, point.offeredPerSecond), 0)
    const factor = peakPerSecond.mid / highest
    return factor > 2 && machinesForPeak !== null
      ? [
          `${flow}: the peak of ${perSecond(peakPerSecond.mid)} is ${significant(factor)} times the highest rate measured. How many machines carry it is extrapolated from one.`,
        ]
      : []
  })
}

function coverage({ flowsNotMeasured, flows, mix }: WeaknessInput): string[] {
  return [
    ...(flowsNotMeasured.length > 0 ? [`Not measured in this run: ${flowsNotMeasured.join(', ')}.`] : []),
    ...(mix === null && flows.length > 1
      ? ['Every flow ran alone. On a real evening they compete; their sum is modelled, not measured.']
      : []),
  ]
}

function repetition({ flows: ours, ownFlows, measurements }: WeaknessInput): string[] {
  const flows: readonly FlowCurve[] = [...ours, ...ownFlows]
  const steps = measurements.steps.filter(({ kind }) => kind === 'measured')
  const once = flows.every(
    ({ points }) => new Set(points.map((point) => point.offeredPerSecond)).size === points.length,
  )
  const shortest = steps.reduce((least, step) => Math.min(least, secondsOf(step)), Infinity)
  const invalid = flows.flatMap(({ points }) => points.filter(({ outcome }) => outcome === 'invalid')).length
  return [
    ...(once && steps.length > 0
      ? ['Each rate was held once. Without repeats there is no interval for a p99, so small differences mean nothing.']
      : []),
    ...(shortest < SHORT_STEP_SECONDS
      ? [
          `The shortest step lasted ${significant(shortest)} s: too short to see every checkpoint, segment merge or slow leak.`,
        ]
      : []),
    ...(invalid > 0 ? [`${plural(invalid, 'step')} could not be judged; the tables under the curves say why.`] : []),
  ]
}

function growth({ tables }: WeaknessInput): string[] {
  return tables?.verdict === 'AT RISK'
    ? [
        `The row claim holds in the mid case only: the chance that some table passes ${compact(tables.limit)} rows is ${probability(tables.probabilityAnyTableExceeds)}${tables.crossing.high === null ? '' : `, with high growth in ${tables.crossing.high}`}.`,
      ]
    : []
}

/** CPU per request grows little with the rows; what is read from disk grows much. */
function deployed({ claims, seeding }: WeaknessInput): string[] {
  const isJudged = claims.some(({ subject, verdict }) => subject === 'deployment' && verdict !== 'INVALID')
  if (!isJudged || seeding === null || seeding.notProven.length === 0 || seeding.shareOfPlan === null) return []
  return [
    `The deployment is modelled from what a request costs with ${percent(seeding.shareOfPlan)} of the rows; page misses of full tables are computed, not measured.`,
  ]
}

function settings({ measurements }: WeaknessInput): string[] {
  const { bufferPoolBytes, flushLogAtTrxCommit, gitCommit, topology } = measurements.conditions
  return [
    ...(flushLogAtTrxCommit !== null && flushLogAtTrxCommit !== 1
      ? [
          `MySQL ran with innodb_flush_log_at_trx_commit = ${flushLogAtTrxCommit}: a crash can lose a second of orders, and checkouts look faster.`,
        ]
      : []),
    ...(bufferPoolBytes !== null && measurements.sizes !== null && measurements.sizes.databaseBytes <= bufferPoolBytes
      ? [
          `All data (${bytes(measurements.sizes.databaseBytes)}) fitted in MySQL's buffer pool (${bytes(bufferPoolBytes)}): no read went to disk.`,
        ]
      : []),
    ...(topology === 'one-process'
      ? ['All services ran in one process: calls between services cost nothing here.']
      : []),
    ...(gitCommit === null ? ['The commit that was measured is not recorded.'] : []),
  ]
}
