// What the ladder says about a full table: one verdict per flow and pool, and one line for all of them.

import type { AnswerLine, Claim, Verdict } from '../contracts/capacity.ts'
import {
  FULL_SHARE,
  type HeldTogether,
  type Ladder,
  type LadderFlow,
  POOL_KINDS,
  type PoolKind,
  type Rung,
  type RungFlow,
} from '../contracts/ladder.ts'
import { compact } from './quantity.ts'
import { overallVerdict } from './verdict.ts'

export const FULL_TABLES = '-at-full-tables'
export const VALIDATE_COMMAND = 'npm run validate -- --full'

export interface FullTable {
  readonly pool: PoolKind
  readonly verdict: Verdict
  /** What decided, or would have; null: nothing was held. */
  readonly held: HeldTogether | null
}

/** The highest rung whose rows fill a table; undefined: none does. */
export function fullRung({ rungs, limitOrders }: Ladder): Rung | undefined {
  return rungs.filter(({ counted }) => counted.orders >= FULL_SHARE * limitOrders).at(-1)
}

/** Of each pool, also of one that is still to be measured; none where no pool was. */
export function fullTables(ladder: Ladder, flow: LadderFlow): readonly FullTable[] {
  const sharePerSecond = ladder.rates[flow]?.sharePerSecond ?? Number.POSITIVE_INFINITY
  const pools = fullRung(ladder)?.pools ?? []
  const each = POOL_KINDS.map((kind) => ({
    pool: kind,
    measured: pools.find(({ pool }) => pool === kind)?.flows[flow],
  }))
  if (each.every(({ measured }) => measured === undefined)) return []
  return each.map(({ pool, measured }) =>
    measured === undefined
      ? { pool, verdict: 'INVALID', held: null }
      : { pool, ...verdictOf(measured, sharePerSecond) },
  )
}

/** What passes at a rate passes below it, what fails at a rate fails above it; between the two nobody knows. */
function verdictOf({ share, common }: RungFlow, sharePerSecond: number): Omit<FullTable, 'pool'> {
  const held = [share, common].filter((one) => one !== null)
  const found = (outcome: 'pass' | 'fail', decides: (ratePerSecond: number) => boolean) =>
    held.find((one) => one.judgement.outcome === outcome && decides(one.ratePerSecond))
  const passed = found('pass', (rate) => rate >= sharePerSecond)
  if (passed !== undefined) return { verdict: 'PASS', held: passed }
  const failed = found('fail', (rate) => rate <= 1.01 * sharePerSecond)
  if (failed !== undefined) return { verdict: 'FAIL', held: failed }
  return { verdict: 'INVALID', held: held[0] ?? null }
}

/** The answer to the question in the title, first of all. */
export function fullTableLine(claims: readonly Claim[], ladder: Ladder | null): readonly AnswerLine[] {
  const own = claims.filter(({ id }) => id.endsWith(FULL_TABLES))
  if (own.length === 0) return []
  const about = 'Full tables'
  const verdict = overallVerdict(own)
  if (ladder === null) {
    const sentence = `Not measured in this run: no table was full. ${VALIDATE_COMMAND} fills one and measures it.`
    return [{ about, verdict, sentence }]
  }
  const full = fullRung(ladder)
  const limit = compact(ladder.limitOrders)
  if (full === undefined) {
    const top = compact(ladder.rungs.at(-1)?.orders ?? 0)
    const sentence = `The ladder ended at ${top} of ${limit} rows: how a full table answers was not measured. ${VALIDATE_COMMAND} does.`
    return [{ about, verdict, sentence }]
  }
  const named = (wanted: Verdict) =>
    own
      .filter((claim) => claim.verdict === wanted)
      .map(({ id }) => id.slice(0, -FULL_TABLES.length))
      .join(', ')
  const holds = `One table with ${compact(full.counted.orders)} rows, loaded with what such a table gets,`
  if (verdict === 'PASS') return [{ about, verdict, sentence: `${holds} meets every target: ${named('PASS')}.` }]
  const failed = named('FAIL') === '' ? '' : ` ${holds} misses a target: ${named('FAIL')}.`
  const open = named('INVALID') === '' ? '' : ` Not judged: ${named('INVALID')}.`
  return [{ about, verdict, sentence: `${failed}${open}`.trimStart() }]
}
