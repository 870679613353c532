// Are the targets kept in every window that must prove it? A flow that is too rare in one is judged there only by a failure
// that is proven; which flows those are is known before (proof.ts) and said.

import { worstOutcome } from '../../contracts/judge.ts'
import type { Outcome, Step } from '../../contracts/measurement.ts'
import type { Load } from '../load.ts'
import type { Proof } from '../proof.ts'
import { perSecond, reasonOf } from '../reason-text.ts'
import type { Answer } from './asked.ts'

export interface Held {
  readonly step: Step
  /** Flows that are not missed here. */
  readonly tooRare: readonly string[]
}

/** Windows and what they must prove, in the same order. */
export function heldFor(proofs: readonly Proof[], steps: readonly Step[]): readonly Held[] {
  return steps.map((step, at) => ({ step, tooRare: Object.keys(proofs[at]?.tooRare ?? {}) }))
}

export function outcomeOf({ step, tooRare }: Held): Outcome {
  const flows = Object.entries(step.judgement.flows)
  return worstOutcome(
    flows
      .filter(([flow, { outcome }]) => outcome !== 'undecided' || !tooRare.includes(flow))
      .map(([, { outcome }]) => outcome),
  )
}

export function provenBy(held: readonly Held[]): Pick<Answer, 'verdict' | 'reason'> {
  const of = (wanted: Outcome) => held.find((one) => outcomeOf(one) === wanted)
  const worst = of('fail') ?? of('invalid') ?? of('undecided')
  if (held.length === 0) return { verdict: 'INVALID', reason: 'nothing was measured' }
  if (worst === undefined) return { verdict: 'PASS', reason: passText(held) }
  return { verdict: outcomeOf(worst) === 'fail' ? 'FAIL' : 'INVALID', reason: reasonOf(worst.step) }
}

function passText(held: readonly Held[]): string {
  const rates = held.map(({ step }) => perSecond(step.offeredPerSecond)).join(', ')
  const unjudged = held.flatMap((one) => {
    const flows = unjudgedIn(one)
    return flows.length === 0 ? [] : [`${flows.join(', ')} at ${perSecond(one.step.offeredPerSecond)}`]
  })
  if (unjudged.length === 0) return `every flow met its targets at ${rates}`
  return `every flow that could be judged met its targets at ${rates}; too rare to be judged: ${unjudged.join('; ')}`
}

function unjudgedIn({ step, tooRare }: Held): readonly string[] {
  return tooRare.filter((flow) => step.judgement.flows[flow]?.outcome === 'undecided')
}

/** The load as a claim about it names it: `mix`, `mix (without search: too rare)`. */
export function claimedName({ name }: Load, held: readonly Held[]): string {
  const unjudged = [...new Set(held.flatMap(unjudgedIn))]
  return unjudged.length === 0 ? name : `${name} (without ${unjudged.join(', ')}: too rare to be judged)`
}
