// Claims that a load answered itself: what its profile asked, and whether an acknowledged order was lost.

import type { Claim } from '../../contracts/capacity.ts'
import type { LoadResult, Measurements } from '../../contracts/measurement.ts'
import { exact, plural } from '../quantity.ts'

/** Spike, soak and peak day; the operating point is the flow claims' business. */
export function profileClaims({ results }: Measurements): readonly Claim[] {
  return results.flatMap((result) => (result.claim === null ? [] : [profileClaim(result, result.claim)]))
}

function profileClaim({ verdict, reason }: LoadResult, claim: NonNullable<LoadResult['claim']>): Claim {
  return {
    ...claim,
    subject: 'machine',
    verdict,
    interval: null,
    samples: null,
    basis: 'measured',
    reason: `${reason}.`,
  }
}

/** A lost order is lost whatever else is wrong with the run, so this stands among the claims about the evidence. */
export function acknowledgedClaims({ acknowledged }: Measurements): readonly Claim[] {
  if (acknowledged === null || acknowledged.acknowledged === 0) return []
  const { missing, examples } = acknowledged
  return [
    {
      id: 'acknowledged-orders-kept',
      subject: 'evidence',
      claim: 'Every order that a checkout of this run was told is in its table.',
      verdict: missing === 0 ? 'PASS' : 'FAIL',
      value: missing,
      target: 0,
      bound: 'at-most',
      unit: 'orders',
      evidence: `${exact(missing)} of ${plural(acknowledged.acknowledged, 'order')} missing`,
      interval: null,
      samples: acknowledged.acknowledged,
      basis: 'measured',
      reason:
        missing === 0
          ? 'Looked up by id after the load.'
          : `Told to a user and not there: ${examples.join(', ')}${missing > examples.length ? ' and more' : ''}.`,
    },
  ]
}
