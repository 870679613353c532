// The knee profile: which rate do the targets allow? The search says what to hold; here it is held, looked at block by
// block, and every hold becomes a step.

import { setTimeout as sleep } from 'node:timers/promises'
import { FLATTERING_CODES } from '../contracts/judge.ts'
import { BLOCK_SECONDS, type LoadResult, type Step } from '../contracts/measurement.ts'
import { targetsOf } from './cut-step.ts'
import { sharesOf } from './load.ts'
import { isHopeless, type LoadRun } from './load-run.ts'
import { type Block, type Hold, isOver } from './search/hold.ts'
import { type HoldAction, nextAction } from './search/next-action.ts'
import type { SearchedFlow, SearchPlan } from './search/search-plan.ts'
import type { SearchResult } from './search/search-result.ts'
import { searchBlocks } from './search-blocks.ts'
import { searchReason } from './search-text.ts'
import { type ClaimedRate, searchVerdict } from './search-verdict.ts'
import { highestRateFor } from './virtual-users.ts'

/** What a search needs of a run. */
export type SearchedRun = Pick<LoadRun, 'load' | 'context' | 'spared' | 'open' | 'step'>

export interface SearchRequest {
  /** What a claim is about, and is held first; null: nobody claims a rate. */
  readonly claimed: ClaimedRate | null
  readonly budgetSeconds: number
  readonly warmUpPerSecond: number
}

type Answer = Pick<LoadResult, 'verdict' | 'reason' | 'operatingPoint' | 'bracket' | 'highest'>

/** The knee of an open load lies below what waiting users get through. */
const START_OF_WARM_UP = 0.4
const LOWEST_OF_WARM_UP = 0.01
/** A rate that nobody asked for is held first only where the system may carry it. */
const PLAUSIBLE_OF_WARM_UP = 2
/** k6 starts, users dial: before a block counts. */
const OVERHEAD_SECONDS = 5
/** An answer this late after a block's end is not waited for; or as late as a target allows. */
const SHORTEST_GRACE_MS = 1000

export async function searchOperatingPoint(run: SearchedRun, request: SearchRequest): Promise<Answer> {
  const { claimed } = request
  const plan = searchPlan(run, request)
  const holds: Hold[] = []
  let overheadSeconds = plan.overheadSeconds
  for (;;) {
    const action = nextAction({ ...plan, overheadSeconds }, holds)
    if (action.kind === 'finished') return answerOf(run, claimed, action.result)
    await sleep(action.restSeconds * 1000, undefined, { signal: run.context.signal }).catch(() => {})
    const beganAtMs = Date.now()
    const { hold, step } = await holdRate(run, action)
    const spentSeconds = (Date.now() - beganAtMs) / 1000 - hold.blocks.length * BLOCK_SECONDS
    // A slow machine takes longer to start k6 than was assumed; the budget is of the clock.
    overheadSeconds = (overheadSeconds * (holds.length + 1) + spentSeconds) / (holds.length + 2)
    holds.push(hold)
    if (run.spared !== null) return { verdict: 'FAIL', reason: run.spared, operatingPoint: null, bracket: null }
    if (run.context.signal.aborted || isHopeless(step)) {
      const reason = step.invalid[0]?.evidence ?? 'the load ended early'
      return { verdict: 'INVALID', reason, operatingPoint: null, bracket: null }
    }
  }
}

function searchPlan(
  { load, context }: SearchedRun,
  { claimed, budgetSeconds, warmUpPerSecond }: SearchRequest,
): SearchPlan {
  const targets = targetsOf(context.plan)
  const flows = Object.entries(sharesOf(load)).flatMap(([flow, share]): [string, SearchedFlow][] => {
    const target = targets[flow]
    if (target === undefined) return []
    return [[flow, { share, targetSeconds: target.p99Ms / 1000, errorRateTarget: target.errorRate }]]
  })
  const highest = Math.min(
    highestRateFor(slowestTargetMs({ context, load })),
    context.target.maxRatePerSecond ?? Number.POSITIVE_INFINITY,
  )
  return {
    flows: Object.fromEntries(flows),
    claimRatePerSecond: claimed !== null && isHeldFirst(claimed, warmUpPerSecond, highest) ? claimed.perSecond : null,
    startRatePerSecond: START_OF_WARM_UP * warmUpPerSecond,
    lowestRatePerSecond: Math.max(0.1, LOWEST_OF_WARM_UP * warmUpPerSecond),
    highestRatePerSecond: highest,
    budgetSeconds,
    overheadSeconds: OVERHEAD_SECONDS,
  }
}

/** What a warm-up's few users get through may be a fraction of what the system carries: who asks gets an answer. */
function isHeldFirst({ perSecond, decides }: ClaimedRate, warmUpPerSecond: number, highest: number): boolean {
  return perSecond <= highest && (decides || perSecond <= PLAUSIBLE_OF_WARM_UP * warmUpPerSecond)
}

function slowestTargetMs({ load, context }: Pick<SearchedRun, 'load' | 'context'>): number {
  const targets = targetsOf(context.plan)
  return Math.max(...Object.keys(load.weights).flatMap((flow) => targets[flow]?.p99Ms ?? []))
}

async function holdRate(
  run: SearchedRun,
  { purpose, ratePerSecond, blocks }: HoldAction,
): Promise<{ readonly hold: Hold; readonly step: Step }> {
  const graceMs = Math.max(SHORTEST_GRACE_MS, slowestTargetMs(run))
  let seen: readonly Block[] = []
  const { made, leadInMs } = await run.open({
    segments: [{ ratePerSecond, seconds: blocks * BLOCK_SECONDS + graceMs / 1000 }],
    enough: (fromMs) => (live) => {
      const complete = Math.floor((live.elapsedMs - graceMs - fromMs) / 1000 / BLOCK_SECONDS)
      const count = Math.min(complete, blocks)
      if (count <= seen.length) return false
      const sinceMs = fromMs + seen.length * BLOCK_SECONDS * 1000
      const drive = { ...live, startedAtMs: Date.now() - live.elapsedMs }
      seen = [...seen, ...searchBlocks(run, drive, sinceMs, count - seen.length)]
      return isOver({ blocks: seen }, blocks)
    },
  })
  // Its last requests are answered, and the journal is whole, before the last block is looked at.
  if (!run.context.signal.aborted) {
    seen = searchBlocks(run, made, leadInMs, made.endedEarly ? seen.length : blocks)
  }
  const toMs = leadInMs + Math.max(1, seen.length) * BLOCK_SECONDS * 1000
  const step = await run.step(made, purpose === 'probe' ? 'probe' : 'measured', { fromMs: leadInMs, toMs })
  const isSustained = !step.invalid.some(({ code }) => FLATTERING_CODES.includes(code))
  const spoilt: Block = { flows: {}, invalid: ['interrupted'] }
  return { hold: { purpose, ratePerSecond, blocks: seen.length > 0 ? seen : [spoilt], isSustained }, step }
}

function answerOf({ load }: SearchedRun, claimed: ClaimedRate | null, result: SearchResult): Answer {
  const { operatingPoint: point, bracket, countedBlocks, rarestEventSeconds } = result
  const operatingPoint =
    point === null
      ? null
      : { ratePerSecond: point.ratePerSecond, interval: point.interval, blocks: countedBlocks, rarestEventSeconds }
  return {
    verdict: searchVerdict(claimed, result),
    reason: searchReason({ load: load.name, claimed, result }),
    operatingPoint,
    bracket,
    highest: highestOf(result),
  }
}

function highestOf({ state, interval }: SearchResult): LoadResult['highest'] {
  if (interval === null || interval.low === 0) return null
  return { low: interval.low, high: state === 'passed-no-failure-found' ? null : interval.high }
}
