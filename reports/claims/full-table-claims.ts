// The question of the title: does one table at the plan's limit answer within its targets? Only a full table says so.

import type { Claim, ClaimInterval, Verdict } from '../../contracts/capacity.ts'
import { type HeldTogether, LADDER_FLOWS, type Ladder, type LadderFlow, type PoolKind } from '../../contracts/ladder.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import { FULL_TABLES, type FullTable, fullRung, fullTables, VALIDATE_COMMAND } from '../full-tables.ts'
import { compact, exact, ms, percent, perSecond, plural } from '../quantity.ts'

export const POOL_TEXT: Readonly<Record<PoolKind, string>> = { memory: 'all in memory', plan: "the plan's pool" }
/** The first that is there decides. */
const WORST_FIRST: readonly Verdict[] = ['FAIL', 'INVALID', 'PASS']

export function fullTableClaims(resolved: ResolvedPlan, ladder: Ladder | null): readonly Claim[] {
  const flows = ladder?.asked.flows ?? LADDER_FLOWS
  return flows.map((flow) => claimOf(resolved, ladder, flow))
}

function claimOf(resolved: ResolvedPlan, ladder: Ladder | null, flow: LadderFlow): Claim {
  const { plan, totalOrders, ordinaryRatePerSecond } = resolved
  const limit = plan.rowsPerTableLimit
  const share = ladder?.rates[flow]?.sharePerSecond ?? (ordinaryRatePerSecond[flow] * limit) / totalOrders.mid
  const { p99Ms, errorRate } = plan.targets[flow]
  const base = {
    id: `${flow}${FULL_TABLES}`,
    subject: 'flow',
    claim: `One table of ${compact(limit)} rows answers ${flow} within its targets (p99 ≤ ${ms(p99Ms)}, errors ≤ ${percent(errorRate)}) at the rate that such a table gets, ${perSecond(share)}.`,
    target: p99Ms,
    bound: 'at-most',
    unit: 'ms',
    basis: 'measured',
  } as const
  const each = ladder === null ? [] : fullTables(ladder, flow)
  const decided = WORST_FIRST.flatMap((verdict) => each.filter((one) => one.verdict === verdict))[0]
  if (ladder === null || decided === undefined) {
    return {
      ...base,
      verdict: 'INVALID',
      value: null,
      evidence: notMeasured(ladder),
      interval: null,
      samples: null,
      reason: whyNot(ladder),
    }
  }
  return {
    ...base,
    verdict: decided.verdict,
    value: decided.held === null ? null : meanP99Ms(decided.held),
    evidence: `${decided.held === null ? 'nothing held' : heldText(decided.held)}, ${POOL_TEXT[decided.pool]}`,
    interval: decided.held === null ? null : p99Range(decided.held),
    samples: decided.held?.repeats.reduce((sum, { samples }) => sum + samples, 0) ?? null,
    reason: reasonOf(ladder, each, decided),
  }
}

function heldText(held: HeldTogether): string {
  const mean = meanP99Ms(held)
  return `p99 ${mean === null ? 'unknown' : ms(mean)} at ${perSecond(held.ratePerSecond)} (mean of ${plural(held.repeats.length, 'hold')})`
}

function meanP99Ms({ repeats }: HeldTogether): number | null {
  const known = repeats.flatMap(({ p99Ms }) => p99Ms ?? [])
  return known.length === 0 ? null : known.reduce((sum, p99Ms) => sum + p99Ms, 0) / known.length
}

/** From repeat to repeat. */
function p99Range({ repeats }: HeldTogether): ClaimInterval | null {
  const known = repeats.flatMap(({ p99Ms }) => p99Ms ?? [])
  return known.length < 2 ? null : { low: Math.min(...known), high: Math.max(...known) }
}

function reasonOf(ladder: Ladder, each: readonly FullTable[], { pool, held, verdict }: FullTable): string {
  const rows = fullRung(ladder)?.counted.orders ?? 0
  const counted = `${exact(rows)} orders counted in shard ${ladder.asked.shard}.${poolsText(each, pool)}`
  if (verdict !== 'INVALID') return counted
  if (held === null) return `${counted} No rate was held.`
  const codes = [...new Set(held.repeats.flatMap(({ invalid }) => invalid))]
  const reason = codes.length > 0 ? codes.join(', ') : 'too little to prove it either way'
  return `${counted} Held at ${perSecond(held.ratePerSecond)}: ${held.judgement.outcome} (${reason}).`
}

function poolsText(each: readonly FullTable[], decided: PoolKind): string {
  const [first, ...others] = each
  if (others.every(({ verdict }) => verdict === first?.verdict)) return ` The same with both pools.`
  return ` ${POOL_TEXT[decided]} decided (${each.map((one) => `${POOL_TEXT[one.pool]}: ${one.verdict}`).join(', ')}).`
}

function notMeasured(ladder: Ladder | null): string {
  const top = ladder?.rungs.at(-1)
  return top === undefined ? 'no full table' : `at most ${compact(top.counted.orders)} rows in the table`
}

function whyNot(ladder: Ladder | null): string {
  const how = `${VALIDATE_COMMAND} fills one and measures it.`
  if (ladder === null) return `This run loaded no full table. ${how}`
  return fullRung(ladder) === undefined
    ? `The ladder ended below the limit. ${how}`
    : 'The table is full, but this flow was not measured on it.'
}
