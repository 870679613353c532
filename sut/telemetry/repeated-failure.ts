// Of failures in a row, which ones leave a line.

/** The first one, and ever more rarely while it lasts: 1, 2, 4, 8, … */
export function isWorthTelling(failuresInARow: number): boolean {
  return Number.isInteger(Math.log2(failuresInARow))
}
