// How long a ladder takes, before it and while it runs; and how much of a budget each part may use. Pure.

import type { LadderAsked, LadderTimes } from '../../contracts/ladder.ts'
import { type Piece, piecesOf } from './ladder-pieces.ts'

/** Measured on two cores with nothing else to do; the pace of what is done corrects them on the way. */
const ORDERS_FILLED_PER_SECOND = 60_000
const ORDERS_COUNTED_PER_SECOND = 1_500_000
/** MySQL stops, starts with an empty pool, the order system starts in front of it. */
const RESTART_SECONDS = 4
/** Pages read until the pool holds what it will: once a pool. */
const ORDERS_WARMED_PER_SECOND = 700_000
/** Of one process of k6: start, its users' first connections, the rest before it. */
const PROCESS_SECONDS = 4.5
const IDLE_SECONDS = 11
const STUDY_SECONDS: Readonly<Record<string, number>> = {
  'add-column': 8,
  'add-index': 8,
  'drop-index': 8,
  dump: 12,
  restore: 12,
  'cold-restart': 55,
  'recovery-after-kill': 30,
}
/** An index is added in a pass over the table. */
const ORDERS_INDEXED_PER_SECOND = 600_000

const LEAST: LadderTimes = { coldSeconds: 10, searchSeconds: 50, topSearchSeconds: 50, holdSeconds: 10, repeats: 3 }
/** A search of the top rung is worth more than longer ones below it, up to here. */
const TOP_FIRST_SECONDS = 150
const MOST: LadderTimes = { coldSeconds: 15, searchSeconds: 200, topSearchSeconds: 200, holdSeconds: 20, repeats: 3 }
const GRADES = 20
/** The rest is for a machine that is slower today. */
const PLANNED_OF_BUDGET = 0.97

export interface TimedLadder {
  readonly times: LadderTimes
  readonly seconds: number
}

/** As long as the budget allows, between what carries a number at all and what adds no more. null: it does not fit. */
export function timesWithin(asked: LadderAsked, budgetSeconds: number): TimedLadder | null {
  if (leastSeconds(asked) > budgetSeconds) return null
  const timed = LONGEST_FIRST.map((times) => ({ times, seconds: secondsOfLadder(asked, times) }))
  return timed.find(({ seconds }) => seconds <= PLANNED_OF_BUDGET * budgetSeconds) ?? (timed.at(-1) as TimedLadder)
}

const WITH_TOP: LadderTimes = { ...LEAST, topSearchSeconds: TOP_FIRST_SECONDS }
const LONGEST_FIRST = [...gradesBetween(LEAST, WITH_TOP), ...gradesBetween(WITH_TOP, MOST)].reverse()

function gradesBetween(least: LadderTimes, most: LadderTimes): readonly LadderTimes[] {
  return Array.from({ length: GRADES + 1 }, (_, grade) => {
    const between = (part: keyof LadderTimes) =>
      least[part] + Math.floor((grade * (most[part] - least[part])) / GRADES / 5) * 5
    return {
      coldSeconds: between('coldSeconds'),
      searchSeconds: between('searchSeconds'),
      topSearchSeconds: between('topSearchSeconds'),
      holdSeconds: between('holdSeconds'),
      repeats: least.repeats,
    }
  })
}

export function leastSeconds(asked: LadderAsked): number {
  return secondsOfLadder(asked, LEAST)
}

export function secondsOfLadder(asked: LadderAsked, times: LadderTimes): number {
  return sum(piecesOf(asked).map((piece) => secondsOfPiece(piece, asked, times)))
}

export function searchSecondsAt(
  orders: number,
  { rungs }: Pick<LadderAsked, 'rungs'>,
  { searchSeconds, topSearchSeconds }: LadderTimes,
): number {
  return orders === rungs.at(-1) ? topSearchSeconds : searchSeconds
}

export function secondsOfPiece(piece: Piece, { rungs, flows }: LadderAsked, times: LadderTimes): number {
  switch (piece.kind) {
    case 'fill': {
      const before = rungs.filter((orders) => orders < piece.orders).at(-1) ?? 0
      const filled = (piece.orders - before) / ORDERS_FILLED_PER_SECOND
      return RESTART_SECONDS + filled + piece.orders / ORDERS_COUNTED_PER_SECOND
    }
    case 'cold':
      return (
        RESTART_SECONDS +
        IDLE_SECONDS +
        flows.length * (times.coldSeconds + PROCESS_SECONDS) +
        piece.orders / ORDERS_WARMED_PER_SECOND
      )
    case 'flow':
      return searchSecondsAt(piece.orders, { rungs }, times) + times.repeats * (times.holdSeconds + PROCESS_SECONDS)
    case 'study':
      return (
        (STUDY_SECONDS[piece.name] ?? 0) + (piece.name === 'add-index' ? piece.orders / ORDERS_INDEXED_PER_SECOND : 0)
      )
  }
}

/** Of what is still open, at the pace of what is done. */
export function secondsLeft(
  open: readonly Piece[],
  asked: LadderAsked,
  times: LadderTimes,
  done: { readonly estimatedSeconds: number; readonly spentSeconds: number },
): number {
  const pace = done.estimatedSeconds > 0 ? done.spentSeconds / done.estimatedSeconds : 1
  // The first pieces say little about the rest.
  const trusted = Math.min(3, Math.max(1 / 3, pace))
  return trusted * sum(open.map((piece) => secondsOfPiece(piece, asked, times)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
