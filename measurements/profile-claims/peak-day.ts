// peak-day: are the targets met all day, and in its busiest second?

import type { ProfileSchedule } from '../profiles.ts'
import { perSecond } from '../reason-text.ts'
import type { Answer, Asked, Offered } from './asked.ts'
import { claimedName, heldFor, outcomeOf, provenBy } from './proven.ts'

export function peakDayAnswer(
  { load }: Asked,
  { windows, proofs, compression }: ProfileSchedule,
  { steps }: Pick<Offered, 'steps'>,
): Answer {
  const held = heldFor(proofs, steps)
  const answer = provenBy(held)
  const busiest = windows.at(-1)?.ratePerSecond ?? 0
  return {
    ...answer,
    claim: {
      id: `${load.name}-on-the-peak-day`,
      claim: `${claimedName(load, held)} meets its targets through the plan's busiest day, ${Math.round(compression ?? 1)} times faster than it will be, and in its busiest second, ${perSecond(busiest)}.`,
      value: held.filter((one) => outcomeOf(one) !== 'pass').length,
      target: 0,
      bound: 'at-most',
      unit: 'missed-windows',
      evidence: answer.reason,
    },
  }
}
