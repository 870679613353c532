// Money as the monolith keeps it, `DECIMAL(14,2)` as text, and in whole cents: never through a floating-point number.

/** Throws RangeError for anything but a decimal with two places. */
export function centsOfDecimal(text: string): number {
  const [, sign, units, cents] = /^(-?)(\d+)\.(\d{2})$/.exec(text) ?? []
  if (units === undefined || cents === undefined) throw new RangeError(`"${text}" is not an amount with two places`)
  const value = Number(`${units}${cents}`)
  return sign && value > 0 ? -value : value
}

export function decimalOfCents(cents: number): string {
  if (!Number.isSafeInteger(cents)) throw new RangeError(`${cents} is not a whole number of cents`)
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
