// One load, from its warm-up to its result.

import type { LoadResult, Profile } from '../contracts/measurement.ts'
import type { Load } from './load.ts'
import { LoadRun, type LoadRunContext } from './load-run.ts'
import { offerSchedule } from './scheduled-load.ts'
import { searchOperatingPoint } from './search-operating-point.ts'

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
}

export async function offerLoad(load: Load, request: OfferRequest, context: LoadRunContext): Promise<LoadResult> {
  const beganAtMs = Date.now()
  const run = new LoadRun(load, context)
  const facts = { load: load.name, flows: Object.keys(load.weights), operatingPoint: null, bracket: null, claim: null }
  const warmUpPerSecond = await run.warmUp(mostWarmUps(request))
  if (run.spared !== null) return { ...facts, verdict: 'FAIL', reason: run.spared }
  if (warmUpPerSecond === null)
    return { ...facts, verdict: 'INVALID', reason: 'it could not be warmed up: no right answer' }
  const { profile, ratePerSecond, durationSeconds } = request
  if (profile !== 'knee') {
    return { ...facts, ...(await offerSchedule(run, { profile, ratePerSecond, durationSeconds })) }
  }
  const budgetSeconds = request.budgetSeconds - (Date.now() - beganAtMs) / 1000
  return { ...facts, ...(await searchOperatingPoint(run, { ratePerSecond, budgetSeconds, warmUpPerSecond })) }
}

/** undefined: while throughput still grows. */
function mostWarmUps({ profile, budgetSeconds }: OfferRequest): number | undefined {
  // Whether everything works is seen cold as well.
  if (profile === 'smoke') return 1
  return profile === 'knee' && budgetSeconds < SHORT_BUDGET_SECONDS ? WARM_UPS_IN_SHORT_BUDGET : undefined
}
