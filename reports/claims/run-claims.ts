// Claims that a load answered itself: what its profile asked, and whether an acknowledged order was lost.

import type { Claim } from '../../contracts/capacity.ts'
import type { LoadResult, Measurements } from '../../contracts/measurement.ts'
import { exact, plural } from '../quantity.ts'

/** Smoke, spike, soak and peak day; the operating point is the flow claims' business. */
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

/** A lost order is lost whatever else is wrong with the run, so these stand among the claims about the evidence. */
export function acknowledgedClaims({ acknowledged }: Measurements): readonly Claim[] {
  if (acknowledged === null) return []
  const { settled } = acknowledged
  const placed = keptClaim({
    id: 'acknowledged-orders-kept',
    claim: 'Every order that a checkout of this run was told is in its table.',
    ...acknowledged,
    lost: acknowledged.missing,
    state: 'missing',
    told: 'Told to a user and not there',
  })
  if (settled === undefined) return placed
  return [
    ...placed,
    ...keptClaim({
      id: 'acknowledged-payments-kept',
      claim: 'Every order that a user of this run paid or cancelled, and its payment, are so in their tables.',
      ...settled,
      lost: settled.wrong,
      state: 'otherwise',
      told: 'Told to a user and not so',
    }),
  ]
}

interface Kept {
  readonly id: string
  readonly claim: string
  readonly acknowledged: number
  readonly lost: number
  readonly examples: readonly string[]
  /** Of those that are not as they were told. */
  readonly state: string
  readonly told: string
}

function keptClaim({ id, claim, acknowledged, lost, examples, state, told }: Kept): readonly Claim[] {
  if (acknowledged === 0) return []
  return [
    {
      id,
      subject: 'evidence',
      claim,
      verdict: lost === 0 ? 'PASS' : 'FAIL',
      value: lost,
      target: 0,
      bound: 'at-most',
      unit: 'orders',
      evidence: `${exact(lost)} of ${plural(acknowledged, 'order')} ${state}`,
      interval: null,
      samples: acknowledged,
      basis: 'measured',
      reason:
        lost === 0
          ? 'Looked up by id after the load.'
          : `${told}: ${examples.join(', ')}${lost > examples.length ? ' and more' : ''}.`,
    },
  ]
}
