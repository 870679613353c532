// The knee profile: which rate do the targets allow? The search says what to hold; here it is held, looked at block by
// block, and every hold becomes a step.

import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntry } from '../contracts/journal.ts'
import { BLOCK_SECONDS, type LoadResult, type Step } from '../contracts/measurement.ts'
import { bracketOf } from '../contracts/operating-point.ts'
import { environmentOf, targetsOf } from './cut-step.ts'
import { isHopeless, type LoadRun } from './load-run.ts'
import { type Block, type Hold, isOver } from './search/hold.ts'
import { type HoldAction, nextAction } from './search/next-action.ts'
import type { SearchPlan } from './search/search-plan.ts'
import type { SearchResult } from './search/search-result.ts'
import { searchReason } from './search-text.ts'
import { type ClaimedRate, searchVerdict } from './search-verdict.ts'
import { highestRateFor } from './virtual-users.ts'
import { blocksOf, lateClustersOf } from './window-figures.ts'

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
const HOPELESS_OF_WARM_UP = 2
/** k6 starts, users dial: before a block counts. */
const OVERHEAD_SECONDS = 5
/** An answer this late after a block's end is not waited for. */
const GRACE_MS = 1000

export async function searchOperatingPoint(run: LoadRun, request: SearchRequest): Promise<Answer> {
  const { claimed } = request
  const plan = searchPlan(run, request, claimed?.perSecond ?? null)
  const holds: Hold[] = []
  const steps: Step[] = []
  let overheadSeconds = plan.overheadSeconds
  for (;;) {
    const action = nextAction({ ...plan, overheadSeconds }, holds)
    if (action.kind === 'finished') return answerOf(run, claimed, steps, action.result)
    await sleep(action.restSeconds * 1000, undefined, { signal: run.context.signal }).catch(() => {})
    const beganAtMs = Date.now()
    const { hold, step } = await holdRate(run, action)
    const spentSeconds = (Date.now() - beganAtMs) / 1000 - hold.blocks.length * BLOCK_SECONDS
    // A slow machine takes longer to start k6 than was assumed; the budget is of the clock.
    overheadSeconds = (overheadSeconds * (holds.length + 1) + spentSeconds) / (holds.length + 2)
    holds.push(hold)
    steps.push(step)
    if (run.spared !== null) return { verdict: 'FAIL', reason: run.spared, operatingPoint: null, bracket: null }
    if (run.context.signal.aborted || isHopeless(step)) {
      const reason = step.invalid[0]?.evidence ?? 'the load ended early'
      return { verdict: 'INVALID', reason, operatingPoint: null, bracket: null }
    }
  }
}

function searchPlan({ load, context }: LoadRun, request: SearchRequest, claimed: number | null): SearchPlan {
  const targets = targetsOf(context.plan)
  const flows = Object.keys(load.weights).flatMap((flow) => targets[flow] ?? [])
  const { warmUpPerSecond } = request
  const slowestTargetMs = Math.max(...flows.map(({ p99Ms }) => p99Ms))
  return {
    // What lies far beyond what waiting users got through only overloads the machine: a lower rate proves as much.
    claimRatePerSecond: claimed !== null && claimed > HOPELESS_OF_WARM_UP * warmUpPerSecond ? null : claimed,
    startRatePerSecond: START_OF_WARM_UP * warmUpPerSecond,
    lowestRatePerSecond: Math.max(0.1, LOWEST_OF_WARM_UP * warmUpPerSecond),
    highestRatePerSecond: Math.min(
      highestRateFor(slowestTargetMs),
      context.target.maxRatePerSecond ?? Number.POSITIVE_INFINITY,
    ),
    targetSeconds: slowestTargetMs / 1000,
    errorRateTarget: Math.max(...flows.map(({ errorRate }) => errorRate)),
    budgetSeconds: request.budgetSeconds,
    overheadSeconds: OVERHEAD_SECONDS,
  }
}

async function holdRate(
  run: LoadRun,
  { purpose, ratePerSecond, blocks }: HoldAction,
): Promise<{ readonly hold: Hold; readonly step: Step }> {
  let seen: readonly Block[] = []
  const { made, leadInMs } = await run.open({
    segments: [{ ratePerSecond, seconds: blocks * BLOCK_SECONDS + GRACE_MS / 1000 }],
    enough:
      (fromMs) =>
      ({ entries, elapsedMs }) => {
        const complete = Math.floor((elapsedMs - GRACE_MS - fromMs) / 1000 / BLOCK_SECONDS)
        const count = Math.min(complete, blocks)
        if (count <= seen.length) return false
        seen = searchBlocks(run, entries, Date.now() - elapsedMs, fromMs, count)
        return isOver({ blocks: seen }, blocks)
      },
  })
  // Its last requests are answered before the last block is looked at.
  if (!made.endedEarly && !run.context.signal.aborted) {
    seen = searchBlocks(run, made.entries, made.startedAtMs, leadInMs, blocks)
  }
  const toMs = leadInMs + Math.max(1, seen.length) * BLOCK_SECONDS * 1000
  const step = await run.step(made, purpose === 'probe' ? 'probe' : 'measured', { fromMs: leadInMs, toMs })
  const spoilt = { answered: 0, overTarget: 0, clusters: 0, errors: 0, invalid: ['interrupted'] }
  return { hold: { purpose, ratePerSecond, blocks: seen.length > 0 ? seen : [spoilt] }, step }
}

/** Of the flow that is furthest from its targets: it decides for all of them. */
function searchBlocks(
  { load, context }: LoadRun,
  entries: readonly JournalEntry[],
  startedAtMs: number,
  fromMs: number,
  count: number,
): readonly Block[] {
  const targets = targetsOf(context.plan)
  const window = { fromMs, toMs: fromMs + count * BLOCK_SECONDS * 1000 }
  const perFlow = Object.keys(load.weights).map((flow) => {
    const own = entries.filter((entry) => entry.flow === flow)
    const targetMs = targets[flow]?.p99Ms ?? null
    return { blocks: blocksOf(own, window, targetMs), clusters: lateClustersOf(own, window, targetMs) }
  })
  const missed = ({ blocks }: (typeof perFlow)[number]) => {
    const iterations = blocks.reduce((sum, block) => sum + block.iterations, 0)
    return blocks.reduce((sum, { overTarget, errors }) => sum + overTarget + errors, 0) / Math.max(1, iterations)
  }
  const worst = perFlow.toSorted((a, b) => missed(b) - missed(a))[0]
  return (worst?.blocks ?? []).map(({ iterations, overTarget, errors }, at) => {
    const part = { fromMs: fromMs + at * BLOCK_SECONDS * 1000, toMs: fromMs + (at + 1) * BLOCK_SECONDS * 1000 }
    const { arrivals, generators } = context
    const drive = { request: { load, arrivals }, entries, startedAtMs, shares: generators.shares, dueTimesMs: [] }
    const invalid = environmentOf(drive, part, context.plan, context.observer).map(({ code }) => code)
    return { answered: iterations, overTarget, clusters: worst?.clusters[at] ?? 0, errors, invalid }
  })
}

function answerOf(
  { load }: LoadRun,
  claimed: ClaimedRate | null,
  steps: readonly Step[],
  result: SearchResult,
): Answer {
  const isMix = Object.keys(load.weights).length > 1
  // Each flow of a mix must be judged: what the search saw was the worst of them, block by block.
  const bracket = isMix ? judgedBracket(steps) : result.bracket
  const { operatingPoint: point, countedBlocks, rarestEventSeconds } = result
  const operatingPoint =
    point === null
      ? null
      : { ratePerSecond: point.ratePerSecond, interval: point.interval, blocks: countedBlocks, rarestEventSeconds }
  return {
    verdict: searchVerdict(claimed, bracket, result, isMix),
    reason: searchReason({ load: load.name, claimed, result, bracket, steps }),
    operatingPoint,
    bracket,
    highest: highestOf(result),
  }
}

function highestOf({ state, interval }: SearchResult): LoadResult['highest'] {
  if (interval === null) return null
  return { low: interval.low, high: state === 'passed-no-failure-found' ? null : interval.high }
}

function judgedBracket(steps: readonly Step[]): SearchResult['bracket'] {
  const held = steps.filter(({ kind }) => kind === 'measured')
  const { lastPass, firstFail } = bracketOf(
    held.map(({ offeredPerSecond, judgement }) => ({
      ratePerSecond: Math.round(offeredPerSecond * 10) / 10,
      outcome: judgement.outcome,
    })),
  )
  return { lastPass, firstFail }
}
