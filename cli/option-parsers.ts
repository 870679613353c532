// Words of the command line → values, or why not.

import { InvalidArgumentError } from 'commander'
import { SHARD_COUNT } from '../contracts/shard.ts'

export function parseScale(text: string): number {
  const scale = Number(text)
  if (!(scale > 0 && scale <= 1))
    throw new InvalidArgumentError('a scale is above 0 and at most 1 (1 is the whole plan)')
  return scale
}

export function parseYears(text: string): number {
  const years = Number(text)
  if (!Number.isInteger(years) || years < 1) throw new InvalidArgumentError('years are whole, 1 or more')
  return years
}

export function parseSeed(text: string): number {
  const seed = Number(text)
  if (text.trim() === '' || !Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw new InvalidArgumentError('a seed is a whole number from 0 to 4294967295')
  }
  return seed
}

export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 1e7)) throw new InvalidArgumentError('seconds are a number above 0')
  return seconds
}

/** `--repeats 5`. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number, 1 or more')
  return count
}

/** `--full-shard 7`, repeatable. */
export function collectShard(text: string, before: readonly number[]): readonly number[] {
  return [...before, shardNumber(text)]
}

/** `0-15`, `7`, `0-3,60-63`. */
export function parseShardRange(text: string): readonly number[] {
  const shards = text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map((word) => shardNumber(word)) as [number, number?]
    if (part.split('-').length > 2 || last < first) {
      throw new InvalidArgumentError(`"${part}" is no range like 0-15`)
    }
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
  return [...new Set(shards)].sort((a, b) => a - b)
}

function shardNumber(text: string): number {
  const shard = Number(text)
  if (text.trim() === '' || !Number.isInteger(shard) || shard < 0 || shard >= SHARD_COUNT) {
    throw new InvalidArgumentError(`shards are whole numbers from 0 to ${SHARD_COUNT - 1}`)
  }
  return shard
}
