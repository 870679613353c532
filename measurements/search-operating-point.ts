// The knee profile: which rate do the targets allow? The search says what to hold; here it is held, looked at block by
// block, and every hold becomes a step.

import type { JournalEntry } from '../contracts/journal.ts'
import { BLOCK_SECONDS, type LoadResult, type OperatingPoint, type Step } from '../contracts/measurement.ts'
import { bracketOf } from '../contracts/operating-point.ts'
import { environmentOf, targetsOf } from './cut-step.ts'
import { planRates } from './load.ts'
import { isHopeless, type LoadRun } from './load-run.ts'
import { type Hold, isEnough, type Move, nextMove, type SearchBlock, type SearchPlan } from './rate-search.ts'
import { perSecond, reasonOf } from './reason-text.ts'
import { blocksOf } from './window-figures.ts'

export interface SearchRequest {
  /** `--rate`: what the claim is about; null: the plan's ordinary rate. */
  readonly ratePerSecond: number | null
  readonly budgetSeconds: number
  readonly warmUpPerSecond: number
}

type Answer = Pick<LoadResult, 'verdict' | 'reason' | 'operatingPoint' | 'bracket'>

/** The knee of an open load lies below what waiting users get through. */
const START_OF_WARM_UP = 0.4
const LOWEST_OF_WARM_UP = 0.01
/** k6 starts, users dial: before a block counts. */
const OVERHEAD_SECONDS = 5
/** An answer this late after a block's end is not waited for. */
const GRACE_MS = 1000

export async function searchOperatingPoint(run: LoadRun, request: SearchRequest): Promise<Answer> {
  const plan = searchPlan(run, request)
  const holds: Hold[] = []
  const steps: Step[] = []
  const beganAtMs = Date.now()
  for (;;) {
    const leftSeconds = request.budgetSeconds - (Date.now() - beganAtMs) / 1000
    const move = nextMove({ ...plan, budgetSeconds: budgetFor(plan, holds, leftSeconds) }, holds)
    if (move.kind === 'finished' || run.context.signal.aborted) return answerOf(run, plan, steps, move)
    const { hold, step } = await holdRate(run, plan, move)
    holds.push(hold)
    steps.push(step)
    if (isHopeless(step)) return answerOf(run, plan, steps, move)
  }
}

/** The search counts what its holds should have taken; the clock counts what they took. */
function budgetFor(plan: SearchPlan, holds: readonly Hold[], leftSeconds: number): number {
  const counted = holds.reduce((sum, { blocks }) => sum + plan.overheadSeconds + blocks.length * BLOCK_SECONDS, 0)
  return counted + leftSeconds
}

function searchPlan({ load, context }: LoadRun, request: SearchRequest): SearchPlan {
  const targets = targetsOf(context.plan)
  const rates = Object.keys(load.weights).map((flow) => targets[flow]?.errorRate ?? 0)
  const claimed = request.ratePerSecond ?? planRates(load, context.plan)?.ordinaryPerSecond ?? null
  return {
    claimPerSecond: claimed === null ? null : Math.ceil(claimed * 10 - 1e-9) / 10,
    startPerSecond: START_OF_WARM_UP * request.warmUpPerSecond,
    lowestPerSecond: LOWEST_OF_WARM_UP * request.warmUpPerSecond,
    errorRateTarget: Math.max(...rates),
    budgetSeconds: request.budgetSeconds,
    overheadSeconds: OVERHEAD_SECONDS,
  }
}

async function holdRate(
  run: LoadRun,
  plan: SearchPlan,
  { purpose, ratePerSecond, mostSeconds }: Extract<Move, { kind: 'hold' }>,
): Promise<{ readonly hold: Hold; readonly step: Step }> {
  const hold = (blocks: readonly SearchBlock[]): Hold => ({ purpose, ratePerSecond, blocks })
  let seen: readonly SearchBlock[] = []
  const { made, leadInMs } = await run.open({
    segments: [{ ratePerSecond, seconds: mostSeconds + GRACE_MS / 1000 }],
    enough:
      (fromMs) =>
      ({ entries, elapsedMs }) => {
        const complete = Math.floor((elapsedMs - GRACE_MS - fromMs) / 1000 / BLOCK_SECONDS)
        const count = Math.min(complete, mostSeconds / BLOCK_SECONDS)
        if (count <= seen.length) return false
        seen = searchBlocks(run, entries, Date.now() - elapsedMs, fromMs, count)
        return count * BLOCK_SECONDS >= mostSeconds || isEnough(plan, hold(seen))
      },
  })
  const toMs = leadInMs + Math.max(1, seen.length) * BLOCK_SECONDS * 1000
  const step = await run.step(made, purpose === 'probe' ? 'probe' : 'measured', { fromMs: leadInMs, toMs })
  return { hold: hold(seen.length > 0 ? seen : [SPOILT]), step }
}

const SPOILT: SearchBlock = { iterations: 0, good: 0, overTarget: 0, errors: 0, spoilt: true }

/** Of the flow that is furthest from its target: it decides for all of them. */
function searchBlocks(
  { load, context }: LoadRun,
  entries: readonly JournalEntry[],
  startedAtMs: number,
  fromMs: number,
  count: number,
): readonly SearchBlock[] {
  const targets = targetsOf(context.plan)
  const window = { fromMs, toMs: fromMs + count * BLOCK_SECONDS * 1000 }
  const perFlow = Object.keys(load.weights).map((flow) =>
    blocksOf(
      entries.filter((entry) => entry.flow === flow),
      window,
      targets[flow]?.p99Ms ?? null,
    ),
  )
  const slowShare = (blocks: (typeof perFlow)[number]) =>
    blocks.reduce((sum, { overTarget, errors }) => sum + overTarget + errors, 0) /
    Math.max(
      1,
      blocks.reduce((sum, { iterations }) => sum + iterations, 0),
    )
  const worst = perFlow.toSorted((a, b) => slowShare(b) - slowShare(a))[0] ?? []
  return worst.map((block, at) => {
    const part = { fromMs: fromMs + at * BLOCK_SECONDS * 1000, toMs: fromMs + (at + 1) * BLOCK_SECONDS * 1000 }
    const drive = { request: { load, arrivals: context.arrivals }, entries, startedAtMs, dueTimesMs: [] }
    return { ...block, spoilt: environmentOf(drive, part, context.plan, context.observer).length > 0 }
  })
}

/** The rate of the claim decides the verdict; the operating point is what was found on the way. */
function answerOf(run: LoadRun, plan: SearchPlan, steps: readonly Step[], end: Move): Answer {
  const measured = steps.filter(({ kind }) => kind === 'measured')
  const rated = measured.map((step) => ({
    ratePerSecond: tenths(step.offeredPerSecond),
    outcome: step.judgement.outcome,
  }))
  const { lastPass, firstFail } = bracketOf(rated)
  const operatingPoint = lastPass === null ? null : pointOf(lastPass, firstFail, measured, rated)
  const claimed = plan.claimPerSecond
  const found =
    lastPass === null
      ? `no rate is confirmed: ${endReason(end, steps)}`
      : `confirmed to ${perSecond(lastPass)}${firstFail === null ? ', no rate is proven to fail' : `, proven to fail at ${perSecond(firstFail)}`}`
  const answer = (verdict: Answer['verdict'], reason: string): Answer => ({
    verdict,
    reason,
    operatingPoint,
    bracket: { lastPass, firstFail },
  })
  if (run.context.signal.aborted || steps.some(isHopeless)) return { ...answer('INVALID', found), operatingPoint: null }
  if (claimed === null) return answer(lastPass === null ? noneVerdict(end, firstFail) : 'PASS', found)
  if (lastPass !== null && lastPass >= claimed) return answer('PASS', `${found}; asked for ${perSecond(claimed)}`)
  if (firstFail !== null && firstFail <= claimed) return answer('FAIL', `${found}; asked for ${perSecond(claimed)}`)
  return answer('INVALID', `${found}; nothing is proven at the ${perSecond(claimed)} that is asked for`)
}

function noneVerdict(end: Move, firstFail: number | null): Answer['verdict'] {
  return end.kind === 'finished' && end.why === 'nothing-passes' && firstFail !== null ? 'FAIL' : 'INVALID'
}

/** Rates are offered in tenths; the mean of a window is one but for rounding. */
function tenths(rate: number): number {
  return Math.round(rate * 10) / 10
}

function pointOf(
  lastPass: number,
  firstFail: number | null,
  measured: readonly Step[],
  rated: readonly { readonly ratePerSecond: number }[],
): OperatingPoint {
  const own = measured.filter((_, at) => rated[at]?.ratePerSecond === lastPass)
  const heldSeconds = own.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0)
  return {
    ratePerSecond: lastPass,
    interval: { low: lastPass, high: firstFail },
    blocks: Math.floor(heldSeconds / BLOCK_SECONDS),
    rarestEventSeconds: heldSeconds / 3,
  }
}

function endReason(end: Move, steps: readonly Step[]): string {
  const last = steps.findLast(({ judgement }) => judgement.outcome !== 'pass')
  const detail = last === undefined ? '' : ` (${reasonOf(last)})`
  if (end.kind === 'hold') return `the load ended early${detail}`
  const why = {
    confirmed: 'confirmed',
    budget: 'the time was over; give it more with --load-seconds',
    'nothing-passes': 'no rate met the targets',
    spoilt: 'the machine or the generator spoilt every try',
  }
  return why[end.why] + detail
}
