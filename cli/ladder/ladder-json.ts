// A ladder as `--json` prints it.

import type { Verdict } from '../../contracts/capacity.ts'
import type { Ladder, Rung, RungFlow, RungPool } from '../../contracts/ladder.ts'

export function ladderJson(runDir: string, verdict: Verdict, { rungs, studies, spent }: Ladder) {
  const seconds = Object.values(spent).reduce((sum, part) => sum + part, 0)
  return {
    runDir,
    verdict,
    rungs: rungs.flatMap((rung) => rung.pools.map((pool) => poolJson(rung, pool))),
    studies: studies.map(({ name, seconds: took, projected }) => ({ name, seconds: took, projected })),
    seconds,
    spent,
  }
}

function poolJson({ orders }: Rung, { pool, hitRatio, flows, predicted }: RungPool) {
  const each = Object.entries(flows).map(([flow, measured]) => [
    flow,
    {
      p99Ms: meanP99(measured),
      ratePerSecond: measured.highest?.ratePerSecond ?? null,
      predicted: predictedJson(predicted[flow as keyof typeof predicted] ?? null),
    },
  ])
  return { orders, pool, hitRatio, flows: Object.fromEntries(each) }
}

/** Of the repeats at the common rate. */
export function meanP99({ common }: RungFlow): number | null {
  const known = (common?.repeats ?? []).flatMap(({ p99Ms, invalid }) =>
    p99Ms === null || invalid.length > 0 ? [] : [p99Ms],
  )
  return known.length === 0 ? null : known.reduce((sum, p99Ms) => sum + p99Ms, 0) / known.length
}

function predictedJson(prediction: NonNullable<RungPool['predicted']['list']> | null) {
  return prediction === null ? null : { p99Ms: prediction.p99Ms, ratePerSecond: prediction.ratePerSecond }
}
