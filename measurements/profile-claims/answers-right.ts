// smoke: does everything work? A target that was missed all the same is told: to answer rightly is not to keep it.

import type { ProfileSchedule } from '../profiles.ts'
import { perSecond, reasonOf, seconds } from '../reason-text.ts'
import { rightAnswersOf } from '../right-answers.ts'
import type { Answer, Asked, Offered } from './asked.ts'

export function rightnessAnswer(
  { load }: Asked,
  { windows, segments }: ProfileSchedule,
  { steps }: Pick<Offered, 'steps'>,
): Answer {
  const [step] = steps
  const length = seconds((segments[0]?.seconds ?? 0) * 1000)
  const claim = {
    id: `${load.name}-answers-right`,
    claim: `For ${length} at ${perSecond(windows[0]?.ratePerSecond ?? 0)}, every request of ${load.name} is answered rightly.`,
    target: 0,
    bound: 'at-most',
    unit: 'wrong-answers',
  } as const
  if (step === undefined) {
    return { verdict: 'INVALID', reason: 'nothing was measured', claim: { ...claim, value: null, evidence: 'unknown' } }
  }
  const { verdict, reason, requests, wrong } = rightAnswersOf(step)
  const missed = verdict === 'PASS' && step.judgement.outcome === 'fail' ? `; not asked here: ${reasonOf(step)}` : ''
  const evidence = `${wrong} of ${requests} requests not answered rightly`
  return { verdict, reason: `${reason}${missed}`, claim: { ...claim, value: wrong, evidence } }
}
