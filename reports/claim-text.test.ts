import { describe, expect, it } from 'vitest'
import type { Claim } from '../contracts/capacity.ts'
import { foundOf, intervalOf, targetOf } from './claim-text.ts'

const CLAIM: Claim = {
  id: 'checkout-at-peak-second',
  subject: 'flow',
  claim: 'It does.',
  verdict: 'PASS',
  value: 240,
  target: 200,
  bound: 'at-least',
  unit: 'per-second',
  evidence: 'seen',
  interval: { low: 240, high: 260 },
  samples: 4_000,
  basis: 'measured',
  reason: 'so',
}
const texts = (changes: Partial<Claim>) => {
  const claim = { ...CLAIM, ...changes }
  return [targetOf(claim), foundOf(claim), intervalOf(claim)]
}

describe('the figures of a claim in words', () => {
  it.each<readonly [string, Partial<Claim>, readonly (string | null)[]]>([
    ['a rate to reach', {}, ['≥ 200/s', '240/s', '240/s to 260/s']],
    ['an open bracket', { interval: { low: 240, high: null } }, ['≥ 200/s', '240/s', '240/s or more']],
    ['no rate that passes', { value: null, interval: { low: null, high: 40 } }, ['≥ 200/s', null, 'below 40/s']],
    [
      'a limit',
      { bound: 'at-most', unit: 'share', value: 0.124, target: 0.25, interval: null },
      ['≤ 25\u202f%', '12.4\u202f%', null],
    ],
    [
      'what must not be',
      { bound: 'at-most', unit: 'faults', value: 1, target: 0, interval: null },
      ['none', '1 fault', null],
    ],
    ['no number to reach', { target: null, interval: { low: null, high: null } }, ['–', '240/s', null]],
  ])('%s', (_, changes, expected) => {
    expect(texts(changes)).toEqual(expected)
  })
})
