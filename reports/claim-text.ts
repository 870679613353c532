// What a claim asks and what was found, in words with units.

import type { Claim } from '../contracts/capacity.ts'
import type { ClaimUnit } from '../contracts/measurement.ts'
import { exact, ms, percent, perSecond, plural, range, significant } from './quantity.ts'

const AMOUNTS: Readonly<Record<ClaimUnit, (value: number) => string>> = {
  rows: (value) => `${exact(Math.round(value))} rows`,
  orders: (value) => plural(value, 'order'),
  'per-second': perSecond,
  ms,
  seconds: (value) => `${significant(value)} s`,
  share: percent,
  'missed-windows': (value) => plural(value, 'missed window'),
  'wrong-answers': (value) => plural(value, 'wrong answer'),
  machines: (value) => `${significant(value)} machines`,
  faults: (value) => plural(value, 'fault'),
}

export function targetOf({ target, bound, unit }: Claim): string {
  if (target === null) return '–'
  if (target === 0 && bound === 'at-most') return 'none'
  return `${bound === 'at-least' ? '≥' : '≤'} ${AMOUNTS[unit](target)}`
}

export function foundOf({ value, unit }: Claim): string | null {
  return value === null ? null : AMOUNTS[unit](value)
}

export function intervalOf({ interval, unit }: Claim): string | null {
  if (interval === null) return null
  const { low, high } = interval
  if (low !== null && high !== null) return range(low, high, AMOUNTS[unit])
  if (low !== null) return `${AMOUNTS[unit](low)} or more`
  return high === null ? null : `below ${AMOUNTS[unit](high)}`
}
