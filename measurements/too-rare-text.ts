// What a schedule will not prove, for people, before it is offered: fields → sentences.

import type { ProfileSchedule, ScheduledProfile } from './profiles.ts'
import type { Proof } from './proof.ts'
import { perSecond, seconds } from './reason-text.ts'

export function tooRareLines(profile: ScheduledProfile, { proofs }: ProfileSchedule): readonly string[] {
  return proofs.flatMap((proof) =>
    Object.entries(proof.tooRare).map(
      ([flow, needed]) => `${flow} is too rare to be judged ${lengthOf(proof)}: ${wayOut(profile, needed)}`,
    ),
  )
}

function lengthOf({ fromMs, toMs, ratePerSecond }: Proof): string {
  return `in ${seconds(toMs - fromMs)} at ${perSecond(ratePerSecond)}`
}

function wayOut(profile: ScheduledProfile, needed: number): string {
  if (!Number.isFinite(needed)) return 'no number of requests proves an error rate of 0'
  const takes = `it takes ${seconds(needed * 1000)} at this rate`
  // Of a day --duration says how long an hour is, and the busiest second is as long as it is of use.
  const how = profile === 'peak-day' ? takes : `${takes} (--duration ${Math.ceil(needed / 60)}m)`
  return profile === 'hold' ? `${how}, and less cannot pass` : `${how}; here only a failure of it counts`
}
