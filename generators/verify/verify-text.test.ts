import { describe, expect, it } from 'vitest'
import { ALL_SHARDS } from '../../contracts/shard.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import type { SkewFigures } from './skew-check.ts'
import type { VerifyReport } from './verify.ts'
import { verifyText } from './verify-text.ts'

const skew: SkewFigures = {
  tableRowsMin: 300,
  tableRowsMax: 302,
  whaleShare: { measured: 0.1, planned: 0.1 },
  userCv: { table: 'orders_07', users: 900, measured: 1.34, planned: 1.35 },
}
const report: VerifyReport = {
  ok: true,
  dataset: countRows(draftDataset(smallVolume(300), { seed: 1, scale: 1, fullShards: [] }), SMALL_PLAN),
  state: 'finished',
  seconds: 1.23,
  findings: [],
  shards: ALL_SHARDS,
  seededRows: 71_234,
  liveOrders: 0,
  skew,
  tables: [],
  searchCompared: true,
}

describe('verifyText', () => {
  it('says how many rows were proved', () => {
    expect(verifyText(report)).toContain('Verified: 71,234 seeded rows of all shards, every check holds (1.2 s)')
  })

  it('names the shards of a part', () => {
    const text = (shards: readonly number[]) => verifyText({ ...report, shards, seededRows: 1_100 })
    expect(text([7])).toContain('Verified: 1,100 seeded rows of shard 7, every check holds')
    expect(text([0, 1, 2, 3, 7, 60, 61])).toContain('1,100 seeded rows of shards 0-3, 7, 60-61, every')
  })

  it('says how unequal users are, or why that is not judged', () => {
    expect(verifyText(report)).toContain('orders per user, CV 1.34 (plan 1.35)')
    const notJudged = 'no table has 500 users or more'
    expect(verifyText({ ...report, skew: { ...skew, userCv: { notJudged } } })).toContain(
      'orders per user not judged: no table has 500 users or more',
    )
  })

  it('gives findings with their samples, and no word of success', () => {
    const finding = { check: 'books', where: 'orders_05', what: 'wrong', count: 2, samples: ['order 1'] } as const
    const text = verifyText({ ...report, ok: false, findings: [finding] })
    expect(text).toContain('✗ books: orders_05: wrong (2)\n    order 1\n')
    expect(text).toContain('Verification FAILED: 1 finding (1.2 s)')
    expect(text).not.toContain('Verified')
  })
})
