// What the ladder measures of one flow at one rung with one pool: the highest rate, then the rates that were asked for,
// each in processes of k6 of its own. Or a cold database; or a load beside work on the table.

import { setTimeout as sleep } from 'node:timers/promises'
import { isSpoiltFromOutside } from '../contracts/judge.ts'
import type { HeldTogether } from '../contracts/ladder.ts'
import { BLOCK_SECONDS, type HoldPurpose, type LoadResult, type Step } from '../contracts/measurement.ts'
import { targetsOf } from './cut-step.ts'
import { type Answer, rungAnswer } from './ladder/rung-answer.ts'
import { heldTogether } from './ladder/rung-figures.ts'
import { isHopeless, type LoadRun, MOST_REPEATS } from './load-run.ts'
import { perSecond, reasonOf } from './reason-text.ts'
import { searchOperatingPoint } from './search-operating-point.ts'

export interface RungHold {
  readonly purpose: HoldPurpose
  readonly ratePerSecond: number
  readonly seconds: number
  readonly repeats: number
}

export interface WarmRung {
  readonly kind: 'warm'
  /** Of each warm-up; there are more until throughput grows no further. */
  readonly warmUpSeconds: number
  /** Of the search for the highest rate. */
  readonly searchSeconds: number
  /** What to hold, once the highest rate is known; null: none was found. */
  holds(highest: LoadResult['highest']): readonly RungHold[]
}

export interface ColdRung {
  readonly kind: 'cold'
  /** What is used while nobody asks is measured before. */
  readonly idleFirst: boolean
  readonly ratesPerSecond: Readonly<Record<string, number>>
  readonly seconds: number
}

export interface BesideRung {
  readonly kind: 'beside'
  readonly ratesPerSecond: Readonly<Record<string, number>>
  /** Begun when the load is steady; the load ends soon after it. */
  work(): Promise<void>
  readonly longestSeconds: number
}

export type RungLoad = WarmRung | ColdRung | BesideRung

/** Before the next hold, what the one before left behind is written. */
const REST_SECONDS = 1
/** Beside work on a table: so long the load goes on after it. */
const AFTER_WORK_SECONDS = 3

export async function measureRung(run: LoadRun, rung: WarmRung, warmUpPerSecond: number): Promise<Answer> {
  const request = { claimed: null, budgetSeconds: rung.searchSeconds, warmUpPerSecond }
  const found = await searchOperatingPoint(run, request)
  if (run.context.signal.aborted) return found
  const held: HeldTogether[] = []
  for (const hold of rung.holds(found.highest ?? null)) {
    const steps: Step[] = []
    for (let repeat = 0; repeat < hold.repeats; repeat++) {
      const step = await heldSoundly(run, hold)
      if (run.context.signal.aborted || isHopeless(step))
        return { ...found, verdict: 'INVALID', reason: reasonOf(step) }
      steps.push(step)
    }
    const together = heldTogether(steps, run.load.name, targetsOf(run.context.plan))
    if (together !== null) held.push(together)
  }
  return rungAnswer(found, held)
}

export async function holdCold(run: LoadRun, { ratesPerSecond, seconds }: ColdRung): Promise<Answer> {
  const ratePerSecond = ratesPerSecond[run.load.name] ?? 1
  const step = await held(run, { purpose: 'cold', ratePerSecond, seconds, repeats: 1 })
  // Cold is slow: whether that is too slow is no question of this hold.
  if (isHopeless(step)) return { verdict: 'INVALID', reason: reasonOf(step) }
  return { verdict: 'PASS', reason: `held ${perSecond(ratePerSecond)} on a cold database` }
}

export async function holdBeside(run: LoadRun, { ratesPerSecond, work, longestSeconds }: BesideRung): Promise<Answer> {
  const ratePerSecond = ratesPerSecond[run.load.name] ?? 1
  const state: { worked: Promise<void> | null; endedAtMs: number | null } = { worked: null, endedAtMs: null }
  const begin = async () => {
    try {
      await work()
    } finally {
      state.endedAtMs = Date.now()
    }
  }
  const { made, leadInMs } = await run.open({
    segments: [{ ratePerSecond, seconds: longestSeconds }],
    enough:
      (fromMs) =>
      ({ elapsedMs }) => {
        if (elapsedMs > fromMs && state.worked === null) {
          state.worked = begin()
          state.worked.catch(() => {})
        }
        return state.endedAtMs !== null && Date.now() - state.endedAtMs > AFTER_WORK_SECONDS * 1000
      },
  })
  await state.worked
  const lastMs = made.entries.at(-1)?.dueMs ?? leadInMs
  const step = await run.step(made, 'measured', { fromMs: leadInMs, toMs: Math.max(leadInMs + 1, lastMs) }, 'beside')
  return { verdict: isHopeless(step) ? 'INVALID' : 'PASS', reason: reasonOf(step) }
}

async function heldSoundly(run: LoadRun, hold: RungHold): Promise<Step> {
  for (let repeat = 0; ; repeat++) {
    const step = await held(run, hold)
    if (
      !isSpoiltFromOutside(step.judgement.outcome, step.invalid) ||
      repeat === MOST_REPEATS ||
      run.context.signal.aborted
    )
      return step
  }
}

async function held(run: LoadRun, { purpose, ratePerSecond, seconds }: RungHold): Promise<Step> {
  await sleep(REST_SECONDS * 1000, undefined, { signal: run.context.signal }).catch(() => {})
  const rate = Math.max(0.1, Math.ceil(ratePerSecond * 10 - 1e-9) / 10)
  const whole = Math.ceil(seconds / BLOCK_SECONDS) * BLOCK_SECONDS
  const { made, leadInMs } = await run.open({ segments: [{ ratePerSecond: rate, seconds: whole }] })
  return await run.step(made, 'measured', { fromMs: leadInMs, toMs: leadInMs + whole * 1000 }, purpose)
}
