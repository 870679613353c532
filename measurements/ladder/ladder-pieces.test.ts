import { expect, it } from 'vitest'
import { ASKED, flowFixture, ladderFixture, poolFixture, rungFixture } from '../fixtures/ladder.ts'
import { isSameAsked, openPieces, piecesOf } from './ladder-pieces.ts'

const COLD = { cold: {}, coldEvidence: 'rungs/1-memory-cold' }

it('fills a rung, measures it cold and each flow warm with both pools, and works on the table at the top', () => {
  const text = piecesOf({ ...ASKED, flows: ['list'] }).map((piece) =>
    [piece.kind, piece.orders, 'pool' in piece ? piece.pool : '', 'flow' in piece ? piece.flow : ''].join(' ').trim(),
  )
  expect(text.slice(0, 6)).toEqual([
    'fill 1000000',
    'cold 1000000 memory',
    'flow 1000000 memory list',
    'cold 1000000 plan',
    'flow 1000000 plan list',
    'fill 50000000',
  ])
  expect(text.filter((one) => one.startsWith('study'))).toHaveLength(7)
  expect(piecesOf({ ...ASKED, studies: false }).some(({ kind }) => kind === 'study')).toBe(false)
})

it('does nothing twice: what stands in the ladder is not open', () => {
  const ladder = ladderFixture()
  expect(openPieces(ladder)).toEqual(piecesOf(ASKED))
  const filled = { ...ladder, rungs: [rungFixture(1_000_000)] }
  expect(openPieces(filled)[0]).toEqual({ kind: 'cold', orders: 1_000_000, pool: 'memory' })
  const list = poolFixture('memory', { ...COLD, flows: { list: flowFixture('pass') } })
  const half = { ...ladder, rungs: [rungFixture(1_000_000, [list])] }
  expect(openPieces(half)[0]).toEqual({ kind: 'flow', orders: 1_000_000, pool: 'memory', flow: 'checkout' })
  expect(openPieces(half)).toHaveLength(piecesOf(ASKED).length - 3)
})

it('opens a pool again that was announced and killed before it was measured', () => {
  const ladder = ladderFixture({ rungs: [rungFixture(1_000_000, [poolFixture('memory')])] })
  expect(openPieces(ladder)[0]).toEqual({ kind: 'cold', orders: 1_000_000, pool: 'memory' })
})

it('continues the same question only', () => {
  expect(isSameAsked(ASKED, { ...ASKED })).toBe(true)
  for (const other of [
    { shard: 8 },
    { seed: 2 },
    { planHash: 'other' },
    { flows: ['list'] as const },
    { rungs: [1e6] },
  ]) {
    expect(isSameAsked(ASKED, { ...ASKED, ...other })).toBe(false)
  }
})
