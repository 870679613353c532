import { expect, it } from 'vitest'
import type { LoadResult, Measurements } from '../../contracts/measurement.ts'
import { joinedPieces, type PieceRun } from './joined-pieces.ts'

const piece = (folder: string, result: Pick<LoadResult, 'load' | 'reason'>): PieceRun => ({
  folder,
  measurements: { steps: [], results: [result], acknowledged: null, invalid: [] } as unknown as Measurements,
})

it('answers for a flow by the warm piece, not by the cold one before it', () => {
  const cold = piece('1-memory-cold', { load: 'list', reason: 'held cold' })
  const warm = piece('1-memory-list', { load: 'list', reason: 'held warm' })
  const run = { runId: 'r', startedAt: '2026-11-26T00:00:00Z', command: 'npm run validate' }
  expect(joinedPieces([cold, warm], run).results.map(({ reason }) => reason)).toEqual(['held warm'])
})
