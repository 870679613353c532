// Numbers and days as people write them → as YAML wants them. null: nobody can tell what was meant.

import { dateOf, dayStartMs } from './calendar.ts'

const SCALES: Readonly<Record<string, string>> = { k: 'e3', thousand: 'e3', m: 'e6', million: 'e6', billion: 'e9' }

/** `50_000_000`, `50,000,000`, `1,5e6`, `40 %`, `50M`, `"5"`. */
export function numberSpelling(text: string): string | null {
  const word = text.trim()
  const percent = /^([+-]?[\d.,]+) ?%$/.exec(word)?.[1]
  if (percent !== undefined) {
    const share = Number(numberSpelling(percent) ?? percent) / 100
    return Number.isFinite(share) ? String(Number(share.toPrecision(12))) : null
  }
  const [, digits, scale] = /^(.*\d)\s*([a-z]+)$/i.exec(word) ?? []
  const power = SCALES[scale?.toLowerCase() ?? '']
  if (digits !== undefined && power !== undefined) {
    const plain = numberSpelling(digits)
    return plain === null || /e/i.test(plain) ? null : `${plain}${power}`
  }
  const grouped = /^[+-]?\d{1,3}(?:([_' ,\u00a0\u202f])\d{3})(?:\1\d{3})*(?:\.\d+)?$/.exec(word)
  if (grouped || /^[+-]?\d+(?:_\d+)+(?:\.\d+)?$/.test(word)) return word.replace(/[_' ,\u00a0\u202f]/g, '')
  const withPoint = word.replace(/^([+-]?\d+),(\d+(?:e[+-]?\d+)?)$/i, '$1.$2')
  return withPoint !== '' && Number.isFinite(Number(withPoint)) ? withPoint : null
}

/** `01.01.2026`, `2026/1/1`, `20260101`, `2026-01-01T00:00:00Z`. Day before month, or not at all: 01/02/2026 is ambiguous. */
export function dateSpelling(text: string): string | null {
  const [, year, month, day] =
    /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?$/.exec(text.trim()) ??
    reordered(/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text.trim())) ??
    []
  if (year === undefined || month === undefined || day === undefined) return null
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDate(date) ? date : null
}

function reordered(match: RegExpExecArray | null): readonly (string | undefined)[] | null {
  return match && [match[0], match[3], match[2], match[1]]
}

/** `11.11`, `6-18`, `06/18`: month and day. */
export function dayOfYearSpelling(text: string): string | null {
  const [, month, day] = /^(\d{1,2})[-/.](\d{1,2})$/.exec(text.trim()) ?? []
  if (month === undefined || day === undefined) return null
  const written = `${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDayOfSomeYear(written) ? written : null
}

/** 29 February is one. */
export function isDayOfSomeYear(monthAndDay: string): boolean {
  return isDate(`2024-${monthAndDay}`)
}

function isDate(date: string): boolean {
  const ms = dayStartMs(date)
  return !Number.isNaN(ms) && dateOf(ms) === date
}
