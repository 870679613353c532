// How long a ladder takes, before it and while it runs; and how much of a budget each part may use. Pure.

import type { LadderAsked, LadderTimes } from '../../contracts/ladder.ts'
import { type Piece, piecesOf } from './ladder-pieces.ts'

/** Estimates for two cores; the pace of what is done corrects them on the way. */
const ORDERS_FILLED_PER_SECOND = 80_000
const ORDERS_COUNTED_PER_SECOND = 1_500_000
/** MySQL stops, starts with an empty pool, the order system starts in front of it. */
const RESTART_SECONDS = 15
/** Of one process of k6: start, its users' first connections, the rest before it. */
const PROCESS_SECONDS = 6
const WARM_UP_SECONDS = 14
const IDLE_SECONDS = 12
const STUDY_SECONDS: Readonly<Record<string, number>> = {
  'add-column': 15,
  'add-index': 30,
  'drop-index': 15,
  dump: 25,
  restore: 30,
  'cold-restart': 75,
  'recovery-after-kill': 45,
}
/** An index is added in a pass over the table. */
const ORDERS_INDEXED_PER_SECOND = 400_000

const LEAST: LadderTimes = { coldSeconds: 10, searchSeconds: 50, holdSeconds: 10, repeats: 3 }
const MOST: LadderTimes = { coldSeconds: 15, searchSeconds: 200, holdSeconds: 20, repeats: 3 }

export interface TimedLadder {
  readonly times: LadderTimes
  readonly seconds: number
}

/** As long as the budget allows, between what carries a number at all and what adds no more. null: it does not fit. */
export function timesWithin(asked: LadderAsked, budgetSeconds: number): TimedLadder | null {
  const least = secondsOfLadder(asked, LEAST)
  if (least > budgetSeconds) return null
  const most = secondsOfLadder(asked, MOST)
  const part = Math.min(1, (budgetSeconds - least) / Math.max(1, most - least))
  const between = (low: number, high: number, step: number) => low + Math.floor((part * (high - low)) / step) * step
  const times = {
    coldSeconds: between(LEAST.coldSeconds, MOST.coldSeconds, 5),
    searchSeconds: between(LEAST.searchSeconds, MOST.searchSeconds, 5),
    holdSeconds: between(LEAST.holdSeconds, MOST.holdSeconds, 5),
    repeats: LEAST.repeats,
  }
  return { times, seconds: secondsOfLadder(asked, times) }
}

export function leastSeconds(asked: LadderAsked): number {
  return secondsOfLadder(asked, LEAST)
}

export function secondsOfLadder(asked: LadderAsked, times: LadderTimes): number {
  return sum(piecesOf(asked).map((piece) => secondsOfPiece(piece, asked, times)))
}

export function secondsOfPiece(piece: Piece, { rungs, flows }: LadderAsked, times: LadderTimes): number {
  switch (piece.kind) {
    case 'fill': {
      const before = rungs.filter((orders) => orders < piece.orders).at(-1) ?? 0
      const filled = (piece.orders - before) / ORDERS_FILLED_PER_SECOND
      return RESTART_SECONDS + filled + piece.orders / ORDERS_COUNTED_PER_SECOND
    }
    case 'cold':
      return RESTART_SECONDS + IDLE_SECONDS + flows.length * (times.coldSeconds + PROCESS_SECONDS)
    case 'flow':
      return WARM_UP_SECONDS + times.searchSeconds + times.repeats * (times.holdSeconds + PROCESS_SECONDS)
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
