// Decimal digits straight into a Buffer: no string, no BigInt, no allocation in the row loop.

const FOUR_DIGITS = new Uint8Array(40_000)
for (let value = 0; value < 10_000; value++) {
  for (let at = 0, rest = value; at < 4; at++, rest = Math.floor(rest / 10)) {
    FOUR_DIGITS[4 * value + 3 - at] = 48 + (rest % 10)
  }
}

/** Writes a whole number below 2^53 and returns the position after it. */
export function writeNumber(target: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    target[at] = 48 + value
    return at + 1
  }
  if (value < 10_000) return writeShort(target, at, value)
  if (value < 100_000_000) {
    const high = (value / 10_000) | 0
    return writeFour(target, writeShort(target, at, high), value - high * 10_000)
  }
  const high = Math.floor(value / 100_000_000)
  return writeEight(target, writeNumber(target, at, high), value - high * 100_000_000)
}

/** Writes exactly seven digits. */
export function writeSeven(target: Uint8Array, at: number, value: number): number {
  const high = (value / 10_000) | 0
  const digits = 4 * high
  target[at] = FOUR_DIGITS[digits + 1] as number
  target[at + 1] = FOUR_DIGITS[digits + 2] as number
  target[at + 2] = FOUR_DIGITS[digits + 3] as number
  return writeFour(target, at + 3, value - high * 10_000)
}

function writeShort(target: Uint8Array, start: number, value: number): number {
  const digits = 4 * value
  let at = start
  if (value >= 1000) target[at++] = FOUR_DIGITS[digits] as number
  if (value >= 100) target[at++] = FOUR_DIGITS[digits + 1] as number
  if (value >= 10) target[at++] = FOUR_DIGITS[digits + 2] as number
  target[at++] = FOUR_DIGITS[digits + 3] as number
  return at
}

function writeFour(target: Uint8Array, at: number, value: number): number {
  const digits = 4 * value
  target[at] = FOUR_DIGITS[digits] as number
  target[at + 1] = FOUR_DIGITS[digits + 1] as number
  target[at + 2] = FOUR_DIGITS[digits + 2] as number
  target[at + 3] = FOUR_DIGITS[digits + 3] as number
  return at + 4
}

function writeEight(target: Uint8Array, at: number, value: number): number {
  const high = (value / 10_000) | 0
  return writeFour(target, writeFour(target, at, high), value - high * 10_000)
}
