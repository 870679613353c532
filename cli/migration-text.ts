// What import and comparison found, in sentences: made here from fields, and nowhere else.

import type { MonolithPosition } from '../contracts/switches.ts'
import type { Finding } from '../sut/migration/order-sights.ts'
import type { ShardDifference } from '../sut/migration/verify-import.ts'

const LISTED_AT_MOST = 20

interface ImportReport {
  readonly imported: number
  readonly skippedNewer: number
  readonly parked: number
  readonly parkedOrders: readonly { readonly orderId: string; readonly reason: string }[]
  /** null: nothing was written, so there is nothing to verify. */
  readonly verified: boolean | null
  readonly shardsThatDiffer: readonly ShardDifference[]
  readonly rowsWithoutId: number
}

/** Before an import begins. */
export function warningLines(rowsWithoutId: number, monolith: MonolithPosition): readonly string[] {
  return [
    ...(rowsWithoutId > 0 ? [withoutId(rowsWithoutId)] : []),
    ...(monolith === 'own-database'
      ? [
          'the monolith still writes its own database, and marks nothing: what it changes meanwhile is found by a full',
          'comparison after it has moved behind the services',
        ]
      : []),
  ]
}

export function importLines(report: ImportReport): readonly string[] {
  const { imported, skippedNewer, parked, parkedOrders, verified, shardsThatDiffer, rowsWithoutId } = report
  const counts = [`${number(imported)} ${verified === null ? 'would be imported' : 'imported'}`]
  if (skippedNewer > 0) counts.push(`${number(skippedNewer)} there already`)
  if (parked > 0) counts.push(`${number(parked)} that the sharded store can never take`)
  return [
    `orders: ${counts.join(', ')}`,
    ...listed(parkedOrders.map(({ orderId, reason }) => `  order ${orderId} is parked: ${reason}`)),
    ...listed(
      shardsThatDiffer.map(
        ({ shard, legacy, sharded }) =>
          `  shard ${shard}: ${number(legacy.orders)} orders of ${number(legacy.cents)} cents in the monolith's table, ` +
          `${number(sharded.orders)} of ${number(sharded.cents)} in the sharded one`,
      ),
    ),
    ...(verified === null ? ['nothing was written'] : []),
    ...(verified === true ? ['In every shard, orders and amounts are those of the monolith.'] : []),
    ...(rowsWithoutId > 0 ? [withoutId(rowsWithoutId)] : []),
    ...(shardsThatDiffer.length > 0
      ? ['Shards differ: run the same command again, then compare the stores in full.']
      : []),
  ]
}

export interface ComparisonText {
  readonly compared: number
  readonly differences: readonly Finding[]
  readonly differing: number
  readonly lag: number
  readonly missing: number
  readonly extra: number
  readonly parked: number
  readonly repaired: number
  readonly skipped: number
  readonly isWhole: boolean
}

const KINDS: Readonly<Record<Finding['kind'], (finding: Finding) => string>> = {
  value: ({ field }) => `${field} differs`,
  missing: () => 'the other store does not have it',
  extra: () => 'the authority does not have it, so it is not repaired',
  unreadable: () => 'its rows make no order in one of the stores',
}

export function comparisonLines(report: ComparisonText): readonly string[] {
  const { compared, differences, differing, lag, missing, extra, parked, repaired, skipped, isWhole } = report
  const beside = [
    ...(missing > 0 ? [`${number(missing)} of them missing`] : []),
    ...(extra > 0 ? [`${number(extra)} of them extra`] : []),
    ...(repaired > 0 ? [`${number(repaired)} repaired`] : []),
    ...(lag > 0 ? [`${number(lag)} still to be told`] : []),
    ...(parked > 0 ? [`${number(parked)} parked`] : []),
    ...(skipped > 0 ? [`${number(skipped)} passed over, as they took too long`] : []),
  ]
  const found = `${number(differing)} ${differing === 1 ? 'order differs' : 'orders differ'}`
  return [
    [`${number(compared)} orders compared: ${found}`, ...beside].join(', '),
    ...listed(differences.map((finding) => `  order ${finding.orderId}: ${KINDS[finding.kind](finding)}`)),
    ...(isWhole
      ? []
      : ['Stopped: there are more differences than anybody reads. Import or repair, then compare again.']),
  ]
}

function withoutId(rows: number): string {
  return `${number(rows)} rows of t_order have no order id yet, and are left out: npm run switch -- begin gives them theirs`
}

function listed(lines: readonly string[]): readonly string[] {
  if (lines.length <= LISTED_AT_MOST) return lines
  return [...lines.slice(0, LISTED_AT_MOST), `  … and ${number(lines.length - LISTED_AT_MOST)} more; --json lists them`]
}

function number(value: number): string {
  return value.toLocaleString('en')
}
