// What a ladder would take, rung by rung: rows, bytes, minutes.

import type { SeedVolume } from '../../contracts/dataset.ts'
import type { LadderAsked } from '../../contracts/ladder.ts'
import { detailsOf, Refusal } from '../../contracts/refusal.ts'
import { expectedItems } from '../../generators/build-dataset.ts'
import { predictSize, sizeText } from '../../generators/predict-size.ts'
import { timeText } from '../../generators/seed-forecast.ts'
import { piecesOf } from '../../measurements/ladder/ladder-pieces.ts'
import { secondsOfPiece } from '../../measurements/ladder/ladder-times.ts'
import type { ChosenLadder } from './ladder-choice.ts'

export interface RungForecast {
  readonly orders: number
  readonly orderItems: number
  readonly payments: number
  readonly bytes: number
  readonly minutes: number
}

/** Logs, the sorted index build and what checkouts add need room beside the data. */
const DISK_RESERVE = 1.3
const DISK_RESERVE_BYTES = 4e9

export function forecastRungs(
  { asked, times }: Pick<ChosenLadder, 'asked' | 'times'>,
  { plan }: SeedVolume,
): readonly RungForecast[] {
  return asked.rungs.map((orders) => {
    const orderItems = expectedItems(orders, plan)
    const { mysqlBytes } = predictSize(
      { orders, order_items: orderItems, payments: orders, idempotency_keys: 0 },
      1,
      plan.orders.extraBytesPerRow,
    )
    const seconds = piecesOf(asked)
      .filter((piece) => piece.orders === orders)
      .reduce((sum, piece) => sum + secondsOfPiece(piece, asked, times), 0)
    return { orders, orderItems, payments: orders, bytes: mysqlBytes, minutes: seconds / 60 }
  })
}

export function forecastLines(
  { asked, seconds, leftOut }: ChosenLadder,
  rungs: readonly RungForecast[],
): readonly string[] {
  const count = (value: number) => value.toLocaleString('en')
  return [
    `Shard ${asked.shard}: ${asked.flows.join(', ')}; two pool sizes, ${rungs.length === 1 ? 'one rung' : `${rungs.length} rungs`}, about ${timeText(seconds)}.`,
    ...rungs.map(
      ({ orders, orderItems, bytes, minutes }) =>
        `  ${count(orders).padStart(10)} orders and payments, ${count(orderItems).padStart(11)} items: ${sizeText(bytes).padStart(8)}, ${minutes.toFixed(0).padStart(3)} min`,
    ),
    ...(leftOut.length > 0
      ? [`  left out, for want of time: ${leftOut.map(count).join(', ')} orders; a longer --budget takes them in`]
      : []),
  ]
}

/** null: it has room. */
export function smallDisk(rungs: readonly RungForecast[], freeBytes: number): Refusal | null {
  const needed = (rungs.at(-1)?.bytes ?? 0) * DISK_RESERVE + DISK_RESERVE_BYTES
  if (needed <= freeBytes) return null
  return new Refusal({
    what: 'too little free disk for this ladder',
    why: [`${sizeText(needed)} needed (data, logs and index builds), ${sizeText(freeBytes)} free`],
    wayOut: 'Free some, or name lower rungs: --rungs 1e6,5e6.',
  })
}

/** As --json prints a dry run. */
export function forecastFields(
  { asked, seconds, leftOut }: ChosenLadder,
  rungs: readonly RungForecast[],
  wouldBeRefused: readonly Refusal[],
) {
  const { shard, flows }: LadderAsked = asked
  return { dryRun: { shard, flows, rungs, leftOut, seconds, wouldBeRefused: wouldBeRefused.map(detailsOf) } }
}
