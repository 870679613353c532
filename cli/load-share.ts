// The options that split a load over several generators.

import { InvalidArgumentError } from 'commander'
import { MOST_GENERATORS } from '../contracts/share.ts'

export function parseGenerators(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_GENERATORS) return count
  throw new InvalidArgumentError(`generators are a whole number, 1 to ${MOST_GENERATORS}`)
}
