// Words of the command line → values, or why not.

import { InvalidArgumentError } from 'commander'
import { SHARD_COUNT } from '../contracts/shard.ts'

const HIGHEST_RATE = 100_000

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

/** Requests per second. */
export function parseRate(text: string): number {
  const rate = Number(text)
  if (text.trim() !== '' && rate >= 0.1 && rate <= HIGHEST_RATE) return rate
  throw new InvalidArgumentError(`a rate is a number of requests per second, 0.1 to ${HIGHEST_RATE}`)
}

/** `20`, `20s`, `5m`, `1h30m` → seconds. */
export function parseDuration(text: string): number {
  const parts = /^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s?)?$/.exec(text)
  const [hours, minutes, rest] = (parts ?? []).slice(1).map((part) => Number(part ?? 0))
  const seconds = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0)
  if (seconds >= 2 && seconds <= 86_400) return seconds
  throw new InvalidArgumentError('a duration is 2 s to a day: 20s, 5m, 1h30m')
}

/** `100ms`, `100`, `0.5s` → ms. */
export function parseMilliseconds(text: string): number {
  const [, number, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s)?$/.exec(text) ?? []
  const ms = Number(number ?? Number.NaN) * (unit === 's' ? 1000 : 1)
  if (!(ms > 0 && ms <= 600_000)) throw new InvalidArgumentError('a time such as 100ms or 0.5s')
  return ms
}

/** `0.001`, `0.1%`. */
export function parseErrorRate(text: string): number {
  const [, number, percent] = /^([0-9]*\.?[0-9]+)(%)?$/.exec(text) ?? []
  const share = Number(number ?? Number.NaN) / (percent === undefined ? 1 : 100)
  if (!(share >= 0 && share < 1)) throw new InvalidArgumentError('a share from 0 to 1: 0.001 or 0.1%')
  return share
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

/** `--shard 7`. */
export function parseShard(text: string): number {
  return shardNumber(text)
}

function shardNumber(text: string): number {
  const shard = Number(text)
  if (text.trim() === '' || !Number.isInteger(shard) || shard < 0 || shard >= SHARD_COUNT) {
    throw new InvalidArgumentError(`shards are whole numbers from 0 to ${SHARD_COUNT - 1}`)
  }
  return shard
}

export function parsePercent(text: string): number {
  const [, number = ''] = /^([0-9]+)%?$/.exec(text) ?? []
  if (number !== '' && Number(number) <= 100) return Number(number)
  throw new InvalidArgumentError('whole percents from 0 to 100')
}

export function parsePerMille(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= 1000) return number
  throw new InvalidArgumentError('a whole number from 0 to 1000')
}
