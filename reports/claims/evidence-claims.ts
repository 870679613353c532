// Claims about the evidence itself. While one of these is INVALID, no other claim of the run counts.

import type { Claim } from '../../contracts/capacity.ts'
import type { Dataset } from '../../contracts/dataset.ts'
import type { InvalidCode, InvalidReason, Measurements } from '../../contracts/measurement.ts'
import { readsMonolith } from '../../contracts/migration-position.ts'
import { SEEDED_FAMILIES, type SeededFamily } from '../../contracts/shard.ts'
import { exact, plural } from '../quantity.ts'

/** Reasons that spoil the run even when only one step saw them: the system under test was not the one claimed. */
const SPOILS_THE_RUN: readonly InvalidCode[] = ['target-dead', 'engine-lost', 'target-changed']

export function evidenceClaims(dataset: Dataset | null, measurements: Measurements): readonly Claim[] {
  // Another system holds no rows of ours.
  const isOrderSystem = (measurements.conditions.targetKind ?? 'headroom') === 'headroom'
  const rows = isOrderSystem ? [dataComplete(dataset, measurements)] : []
  return [enginesAlive(measurements), evidenceValid(measurements), ...rows]
}

function evidenceValid(measurements: Measurements): Claim {
  const measured = measurements.steps.filter(({ kind }) => kind === 'measured')
  // Some reasons only ever make a system look better: a step that fails in spite of them has shown it.
  const valid = measured.filter(({ judgement }) => judgement.outcome !== 'invalid')
  const nothing = measured.length === 0 ? ['no step was measured'] : ['every measured step is INVALID']
  // What happened to the target and its engines is told by the claim about them, once.
  const own = measurements.invalid.filter(({ code }) => !SPOILS_THE_RUN.includes(code))
  const faults = [...own.map(sentence), ...(valid.length === 0 ? nothing : [])]
  return {
    id: 'evidence-valid',
    subject: 'evidence',
    claim: 'The run measured what it set out to measure.',
    verdict: faults.length === 0 ? 'PASS' : 'INVALID',
    value: faults.length,
    target: 0,
    bound: 'at-most',
    unit: 'faults',
    evidence: `${exact(valid.length)} of ${plural(measured.length, 'step')} valid, ${plural(own.length, 'fault')} of the run`,
    interval: null,
    samples: measured.length,
    basis: 'measured',
    reason:
      faults.length === 0
        ? 'Generator, rates and samples were judged step by step; none spoils the run.'
        : faults.join('; '),
  }
}

function enginesAlive(measurements: Measurements): Claim {
  const seen = [...measurements.invalid, ...measurements.steps.flatMap(({ invalid }) => invalid)]
  const faults = [...new Set(seen.filter(({ code }) => SPOILS_THE_RUN.includes(code)).map(sentence))]
  return {
    id: 'engines-alive',
    subject: 'evidence',
    claim: 'The order system and every engine stayed alive and the same from the first step to the last.',
    verdict: faults.length === 0 ? 'PASS' : 'INVALID',
    value: faults.length,
    target: 0,
    bound: 'at-most',
    unit: 'faults',
    evidence: faults.length === 0 ? 'none lost, none replaced' : plural(faults.length, 'loss', 'losses'),
    interval: null,
    samples: measurements.steps.length,
    basis: 'measured',
    reason: faults.length === 0 ? 'Asked before, during and after the load.' : faults.join('; '),
  }
}

function dataComplete(dataset: Dataset | null, measurements: Measurements): Claim {
  const claim = {
    id: 'data-complete',
    subject: 'evidence',
    claim: 'The tables hold every row that was seeded.',
    value: null,
    target: dataset?.rows.orders ?? null,
    bound: 'at-least',
    unit: 'orders',
    interval: null,
    samples: measurements.tables.length,
    basis: 'measured',
  } as const
  const invalid = (evidence: string, reason: string, value: number | null = null): Claim => ({
    ...claim,
    verdict: 'INVALID',
    value,
    evidence,
    reason,
  })
  if (dataset === null && measurements.invalid.some(({ code }) => code === 'target-dead'))
    return invalid('unknown', 'Nobody answered.')
  if (dataset === null)
    return invalid('unknown', 'The target holds no dataset of ours, so what was measured is unknown.')
  const foreign = isForeign(measurements)
  const isOfMonolith = measurements.tables.length === 0 && readsMonolith(measurements.conditions.migration)
  if (measurements.tables.length === 0 && !foreign && !isOfMonolith) {
    return invalid('not counted', 'The rows were not counted.')
  }
  const counted = countedRows(measurements)
  const isElsewhere = foreign || isOfMonolith
  const value = isElsewhere ? null : counted.orders
  const evidence = isElsewhere ? 'not counted here' : `${exact(counted.orders)} orders, by COUNT(*)`
  if (measurements.datasetFingerprint !== dataset.fingerprint) {
    return invalid(
      evidence,
      `The load met dataset ${measurements.datasetFingerprint ?? 'unknown'}, not ${dataset.fingerprint}.`,
      value,
    )
  }
  if (foreign) {
    return {
      ...claim,
      verdict: 'PASS',
      evidence: `dataset ${dataset.fingerprint}, ${evidence}`,
      reason:
        'The target is not ours to look into: by its own word it held the same dataset before and after the load.',
    }
  }
  if (isOfMonolith) return { ...claim, ...countedByMonolith(measurements) }
  const missing = missingRows(dataset, measurements, counted)
  if (missing.length > 0) return invalid(evidence, missing.join('; '), value)
  const more = counted.orders - dataset.rows.orders
  const surplus = more > 0 ? ` ${exact(more)} more were placed by load on top.` : ''
  return { ...claim, verdict: 'PASS', value, evidence, reason: `Counted per table, none is short.${surplus}` }
}

/** While a migration has them read, the orders are in its one table, which the run has counted. */
function countedByMonolith({ invalid }: Measurements): Pick<Claim, 'verdict' | 'evidence' | 'reason'> {
  const short = invalid.find(({ code }) => code === 'data-incomplete')
  return short
    ? { verdict: 'INVALID', evidence: "counted in the monolith's table", reason: sentence(short) }
    : { verdict: 'PASS', evidence: "counted in the monolith's table", reason: 'It holds every order that was seeded.' }
}

/** Of a target elsewhere the engines are not known. Whatever went wrong when it was asked again is a fault of the run. */
export function isForeign({ tables, conditions, invalid }: Measurements): boolean {
  return tables.length === 0 && conditions.versions.mysql === undefined && invalid.length === 0
}

function countedRows(measurements: Measurements): Record<SeededFamily, number> {
  const sum = (rows: (table: Measurements['tables'][number]) => number) =>
    measurements.tables.reduce((total, table) => total + rows(table), 0)
  return {
    orders: sum(({ orders }) => orders),
    order_items: sum(({ orderItems }) => orderItems),
    payments: sum(({ payments }) => payments),
  }
}

function missingRows(dataset: Dataset, measurements: Measurements, counted: Record<SeededFamily, number>): string[] {
  const shortTables = dataset.shards.filter(
    ({ shard, orders }) => (measurements.tables.find((table) => table.shard === shard)?.orders ?? 0) < orders,
  )
  const shortFamilies = SEEDED_FAMILIES.filter((family) => counted[family] < dataset.rows[family])
  const isFed = dataset.inSearchIndex !== false
  const documents = (isFed ? measurements.sizes?.searchDocuments : undefined) ?? dataset.rows.orders
  return [
    ...(shortTables.length > 0
      ? [
          `${plural(shortTables.length, 'order table')} short of rows: shards ${shortTables.map(({ shard }) => shard).join(', ')}`,
        ]
      : []),
    ...shortFamilies.map(
      (family) => `${family}: ${exact(counted[family])} rows counted, ${exact(dataset.rows[family])} seeded`,
    ),
    ...(documents < dataset.rows.orders
      ? [`search index: ${exact(documents)} documents, ${exact(dataset.rows.orders)} orders seeded`]
      : []),
  ]
}

function sentence({ code, evidence }: InvalidReason): string {
  return `${code}: ${evidence}`
}
