import { describe, expect, it } from 'vitest'
import { MAX_TIMESTAMP_MS } from '../../contracts/order-id.ts'
import { countRows, draftDataset } from '../build-dataset.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { MAX_HITS } from './search-window.ts'
import { verificationPieces } from './verify-plan.ts'

const dataset = countRows(draftDataset(smallVolume(10_000), { seed: 1, scale: 1, fullShards: [2] }), SMALL_PLAN)

describe('verificationPieces', () => {
  const pieces = verificationPieces(dataset, [2, 5], true)

  it('covers every row of every table once', () => {
    for (const shard of [2, 5]) {
      const ranges = pieces.flatMap((piece) =>
        piece.kind === 'tables' && piece.range.shard === shard ? [piece.range] : [],
      )
      expect(ranges[0]?.from).toBe(0)
      expect(ranges.at(-1)?.to).toBe(dataset.shards[shard]?.orders)
      for (const [at, { to }] of ranges.slice(0, -1).entries()) expect(ranges[at + 1]?.from).toBe(to)
    }
  })

  it('covers all of time once, in windows one answer can hold', () => {
    const windows = pieces.flatMap((piece) => (piece.kind === 'search' ? [piece] : []))
    expect(windows[0]?.window.fromMs).toBe(0)
    expect(windows.at(-1)?.window.toMs).toBe(MAX_TIMESTAMP_MS + 1)
    for (const [at, { window }] of windows.slice(0, -1).entries())
      expect(windows[at + 1]?.window.fromMs).toBe(window.toMs)
    for (const { weight } of windows) expect(weight / 2).toBeLessThan(MAX_HITS)
    expect(windows.length).toBeGreaterThan(dataset.rows.orders / MAX_HITS)
  })

  it('gives every piece its own key', () => {
    expect(new Set(pieces.map(({ key }) => key)).size).toBe(pieces.length)
  })
})
