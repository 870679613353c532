// One load, from its warm-up to its result.

import type { LoadResult, Profile } from '../contracts/measurement.ts'
import type { Load } from './load.ts'
import { LoadRun, type LoadRunContext } from './load-run.ts'
import { holdBeside, holdCold, measureRung, type RungLoad } from './rung-load.ts'
import { offerSchedule } from './scheduled-load.ts'
import { searchOperatingPoint } from './search-operating-point.ts'
import { claimedRate } from './search-verdict.ts'

/** Of a search that shares its time with others, as in npm start. */
const SHORT_BUDGET_SECONDS = 120
const WARM_UPS_IN_SHORT_BUDGET = 2
/** Two warm-ups and one hold of the rate that is asked for: with less, nothing is measured. */
export const LEAST_BUDGET_SECONDS = 38

export interface OfferRequest {
  readonly profile: Profile
  readonly ratePerSecond: number | null
  readonly durationSeconds: number | null
  /** Of a search, its warm-up included. */
  readonly budgetSeconds: number
  /** In the place of a profile. */
  readonly rung: RungLoad | null
}

export async function offerLoad(load: Load, request: OfferRequest, context: LoadRunContext): Promise<LoadResult> {
  const beganAtMs = Date.now()
  const run = new LoadRun(load, context)
  const facts = { load: load.name, flows: Object.keys(load.weights), operatingPoint: null, bracket: null, claim: null }
  if (request.rung?.kind === 'cold') return { ...facts, ...(await holdCold(run, request.rung)) }
  if (request.rung?.kind === 'beside') return { ...facts, ...(await holdBeside(run, request.rung)) }
  const warmUpPerSecond = await run.warmUp(mostWarmUps(request), request.rung?.warmUpSeconds)
  if (run.spared !== null) return { ...facts, verdict: 'FAIL', reason: run.spared }
  if (warmUpPerSecond === null)
    return { ...facts, verdict: 'INVALID', reason: 'it could not be warmed up: no right answer' }
  const { profile, ratePerSecond, durationSeconds } = request
  if (request.rung !== null) return { ...facts, ...(await measureRung(run, request.rung, warmUpPerSecond)) }
  if (profile !== 'knee') {
    return { ...facts, ...(await offerSchedule(run, { profile, ratePerSecond, durationSeconds })) }
  }
  const claimed = claimedRate({ load, plan: context.plan, target: context.target, ratePerSecond })
  const budgetSeconds = request.budgetSeconds - (Date.now() - beganAtMs) / 1000
  return { ...facts, ...(await searchOperatingPoint(run, { claimed, budgetSeconds, warmUpPerSecond })) }
}

/** undefined: while throughput still grows. */
function mostWarmUps({ profile, budgetSeconds }: OfferRequest): number | undefined {
  // Whether everything works is seen cold as well.
  if (profile === 'smoke') return 1
  return profile === 'knee' && budgetSeconds < SHORT_BUDGET_SECONDS ? WARM_UPS_IN_SHORT_BUDGET : undefined
}
