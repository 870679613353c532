// What a flip is judged by, as both databases say it just before.

import { PHASE_RULES, type Service, STORE_NAMES, type SwitchState } from '../../contracts/switches.ts'
import { believedOf } from './flip-steps.ts'
import { type BothLedgers, lookAtBoth } from './look-at-both.ts'
import type { FlipFacts } from './refusal-of.ts'
import type { Ledgers } from './store-ledger.ts'

export interface AskedFor {
  readonly services: readonly Service[]
  readonly acceptLoss: boolean
  readonly leaveParked: boolean
}

export interface Judged {
  readonly both: BothLedgers
  readonly state: SwitchState
  readonly facts: FlipFacts
}

/** null: no migration has begun, or neither database answers. */
export async function factsFor(ledgers: Ledgers, asked: AskedFor): Promise<Judged | null> {
  const both = await lookAtBoth(ledgers)
  const state = believedOf(both.seen)
  if (!both.hasBegun || !state) return null
  const { answers } = both
  const { authority } = PHASE_RULES[state.phase]
  const counts = answers[authority]
    ? await ledgers[authority].gaps()
    : { gaps: 0, oldestGapSeconds: null, parked: 0, parkedOrders: [] }
  return { both, state, facts: { ...asked, ...counts, answers, comparison: await latestComparison(ledgers, answers) } }
}

/** Kept in whichever database answered when it ended. */
async function latestComparison(ledgers: Ledgers, answers: BothLedgers['answers']): Promise<FlipFacts['comparison']> {
  const asked = STORE_NAMES.filter((name) => answers[name])
  const found = (await Promise.all(asked.map((name) => ledgers[name].latestComparison()))).flatMap((one) => one ?? [])
  return found.toSorted((one, other) => other.beganRevision - one.beganRevision)[0] ?? null
}
