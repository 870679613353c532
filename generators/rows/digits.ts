// Decimal digits straight into memory: no string, no BigInt, no allocation in the row loop. Digits are stored four at a
// time, so up to three bytes after a number are overwritten: targets need that much room beyond what they hold.

/** '0000' … '9999', first digit in the lowest byte. */
const FOUR_DIGITS = Uint32Array.from({ length: 10_000 }, (_, value) =>
  [1000, 100, 10, 1].reduce((word, unit, at) => word | ((48 + (Math.floor(value / unit) % 10)) << (8 * at)), 0),
)

/** Writes a whole number below 2^53 and returns the position after it. */
export function writeNumber(target: DataView, at: number, value: number): number {
  if (value < 10) {
    target.setUint8(at, 48 + value)
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
export function writeSeven(target: DataView, at: number, value: number): number {
  const high = (value / 10_000) | 0
  target.setUint32(at, (FOUR_DIGITS[high] as number) >>> 8, true)
  return writeFour(target, at + 3, value - high * 10_000)
}

function writeShort(target: DataView, at: number, value: number): number {
  const zeros = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3
  target.setUint32(at, (FOUR_DIGITS[value] as number) >>> (8 * zeros), true)
  return at + 4 - zeros
}

function writeFour(target: DataView, at: number, value: number): number {
  target.setUint32(at, FOUR_DIGITS[value] as number, true)
  return at + 4
}

function writeEight(target: DataView, at: number, value: number): number {
  const high = (value / 10_000) | 0
  return writeFour(target, writeFour(target, at, high), value - high * 10_000)
}
