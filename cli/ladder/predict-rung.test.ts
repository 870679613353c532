import { describe, expect, it } from 'vitest'
import type { RungPool } from '../../contracts/ladder.ts'
import { asShard } from '../../contracts/shard.ts'
import { smallVolume } from '../../generators/small-volume.fixture.ts'
import { ASKED, flowFixture, poolFixture, rungFixture } from '../../measurements/fixtures/ladder.ts'
import { resolvedPlanFixture } from '../../reports/fixtures/resolved-plan.ts'
import type { LadderJob } from './ladder-job.ts'
import { type PredictRung, predictionFor } from './predict-rung.ts'

const VALUE = { value: 30, low: 20, high: 40 }
const cold = { ratePerSecond: 100, samples: 900, p99Ms: 90, serviceP99Ms: 80, missesPerRequest: 4 }
const measured: Partial<RungPool> = {
  flows: { list: flowFixture('pass') },
  cold: { list: { ...cold, outcome: 'undecided', invalid: [] } },
}
const below = [
  rungFixture(1_000, [poolFixture('plan', measured)]),
  rungFixture(2_000, [poolFixture('memory', measured)]),
]
const at = { flow: 'list', pool: 'plan', poolPages: 500, commonPerSecond: 100 } as const

function job(predict: PredictRung): LadderJob {
  const known = { asked: ASKED, resolved: resolvedPlanFixture(), volume: smallVolume(), shard: asShard(7), predict }
  return known as unknown as LadderJob
}

describe('the prediction of a rung', () => {
  it('rests on what the same pool showed below, warm repeats and the cold hold with its own reads', () => {
    const asked: Parameters<PredictRung>[] = []
    const predict: PredictRung = (...question) => {
      asked.push(question)
      return { hitRatio: 0.9, p99Ms: VALUE, ratePerSecond: null }
    }
    const predicted = predictionFor(job(predict), below, { orders: 4_000, pages: 80 }, at)
    expect(predicted).toEqual({
      hitRatio: 0.9,
      p99Ms: VALUE,
      ratePerSecond: null,
      fromOrders: [1_000],
      atPerSecond: 100,
    })
    const [[figures, target] = []] = asked
    expect(figures?.[0]?.holds).toEqual([
      ...[20, 22, 24].map((p99Ms) => ({ ratePerSecond: 100, p99Ms })),
      { ratePerSecond: 100, p99Ms: 90, missesPerRequest: 4 },
    ])
    expect(target).toMatchObject({ orders: 4_000, pages: 80, poolPages: 500, ratePerSecond: 100, users: 900 })
  })

  it('is none at the first rung, without a rate in common, and where no model answers', () => {
    const never: PredictRung = () => {
      throw new Error('asked for nothing')
    }
    const rung = { orders: 4_000, pages: 80 }
    expect(predictionFor(job(never), [], rung, at)).toBeNull()
    expect(predictionFor(job(never), below, rung, { ...at, commonPerSecond: null })).toBeNull()
    expect(
      predictionFor(
        job(() => null),
        below,
        rung,
        at,
      ),
    ).toBeNull()
  })
})
