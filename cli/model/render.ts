// An answer as JSON that is the same bytes on every machine, and never holds a number that is none.

import { refuse } from '../../reports/capacity-model/refuse.ts'

/** Digits that no rounding of a platform's exp or log reaches. */
const DIGITS = 12

export function renderAnswer(answer: object): string {
  const broken = nonFinite(answer, '')
  const safe = broken === null ? answer : refuse('out-of-range', `${broken} leaves the range of numbers for this input`)
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value
  return `${JSON.stringify(safe, rounded, 2)}\n`
}

/** Path of the first NaN or Infinity; JSON would turn it into null without a reason. */
function nonFinite(value: unknown, path: string): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [key, entry] of Object.entries(value)) {
    const found = nonFinite(entry, path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}
