// What a rung's search and its holds prove of a flow together: a search that was too short to prove a rate does not undo
// what repeats of one rate prove. Pure.

import type { HeldTogether } from '../../contracts/ladder.ts'
import type { LoadResult } from '../../contracts/measurement.ts'
import { perSecond } from '../reason-text.ts'

export type Answer = Pick<LoadResult, 'verdict' | 'reason'> &
  Partial<Pick<LoadResult, 'operatingPoint' | 'bracket' | 'highest'>>

export function rungAnswer(searched: Answer, held: readonly HeldTogether[]): Answer {
  const passed = held.filter(({ judgement }) => judgement.outcome === 'pass').map((one) => one.ratePerSecond)
  const proven = passed.length === 0 ? null : Math.max(...passed)
  const { lastPass = null, firstFail = null } = searched.bracket ?? {}
  if (proven === null || (lastPass !== null && lastPass >= proven)) return searched
  return {
    ...searched,
    verdict: 'PASS',
    bracket: { lastPass: proven, firstFail },
    reason: `${perSecond(proven)} was held within the targets, by its repeats together`,
  }
}
