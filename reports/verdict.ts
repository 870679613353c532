// The verdict of the run, from the verdicts of its claims.

import type { Claim, Verdict } from '../contracts/capacity.ts'

/** A claim, or a tier. */
type Judged = Pick<Claim, 'verdict'> & Partial<Pick<Claim, 'subject'>>

/**
 * What is proven of the evidence itself, an order that was told and is lost, is so whatever spoilt the run, and decides
 * first. Otherwise broken evidence carries nothing. A proven failure stays one beside a claim that nobody could
 * judge; and without a failure, one unjudged claim is enough to withhold PASS, and so is one at risk.
 */
export function overallVerdict(claims: readonly Judged[]): Verdict {
  const verdictsOf = (wanted: Verdict) => claims.filter(({ verdict }) => verdict === wanted)
  const isOfEvidence = ({ subject }: Judged) => subject === 'evidence'
  if (verdictsOf('FAIL').some(isOfEvidence)) return 'FAIL'
  if (verdictsOf('INVALID').some(isOfEvidence)) return 'INVALID'
  if (verdictsOf('FAIL').length > 0) return 'FAIL'
  if (verdictsOf('INVALID').length > 0 || claims.length === 0) return 'INVALID'
  return verdictsOf('AT RISK').length > 0 ? 'AT RISK' : 'PASS'
}

/** What was measured with broken evidence is withheld, also from readers of single claims. The plan's own claims stand. */
export function withheld(claims: readonly Claim[]): readonly Claim[] {
  const broken = claims.filter(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')
  if (broken.length === 0) return claims
  const causes = broken.map(({ id }) => id).join(', ')
  return claims.map((claim) =>
    claim.subject !== 'evidence' && claim.subject !== 'tables'
      ? { ...claim, verdict: 'INVALID', reason: `Does not count, because the evidence is broken: see ${causes}.` }
      : claim,
  )
}
