// What a ladder consists of, in the order it is done, and what of it is still to do. Pure.

import {
  type Ladder,
  type LadderAsked,
  type LadderFlow,
  POOL_KINDS,
  type PoolKind,
  type Rung,
  STUDY_NAMES,
  type StudyName,
} from '../../contracts/ladder.ts'

export type Piece =
  | { readonly kind: 'fill'; readonly orders: number }
  | { readonly kind: 'cold'; readonly orders: number; readonly pool: PoolKind }
  | { readonly kind: 'flow'; readonly orders: number; readonly pool: PoolKind; readonly flow: LadderFlow }
  | { readonly kind: 'study'; readonly orders: number; readonly name: StudyName }

export function piecesOf({ rungs, flows, studies }: LadderAsked): readonly Piece[] {
  const top = rungs.at(-1)
  return [
    ...rungs.flatMap((orders): Piece[] => [
      { kind: 'fill', orders },
      ...POOL_KINDS.flatMap((pool): Piece[] => [
        { kind: 'cold', orders, pool },
        ...flows.map((flow): Piece => ({ kind: 'flow', orders, pool, flow })),
      ]),
    ]),
    ...(studies && top !== undefined ? STUDY_NAMES.map((name): Piece => ({ kind: 'study', orders: top, name })) : []),
  ]
}

/** A piece is done when its evidence stands in the ladder; nothing else tells. */
export function openPieces(ladder: Ladder): readonly Piece[] {
  return piecesOf(ladder.asked).filter((piece) => !isDone(ladder, piece))
}

function isDone(ladder: Ladder, piece: Piece): boolean {
  const rung = rungOf(ladder, piece.orders)
  switch (piece.kind) {
    case 'fill':
      // Done with is done: the table may hold more by now.
      return rung !== undefined
    case 'cold':
      return poolOf(rung, piece.pool)?.cold != null
    case 'flow':
      return poolOf(rung, piece.pool)?.flows[piece.flow] !== undefined
    case 'study':
      return ladder.studies.some(({ name }) => name === piece.name)
  }
}

export function rungOf({ rungs }: Pick<Ladder, 'rungs'>, orders: number): Rung | undefined {
  return rungs.find((rung) => rung.orders === orders)
}

export function poolOf(rung: Rung | undefined, pool: PoolKind) {
  return rung?.pools.find((one) => one.pool === pool)
}

/** The same question, whatever else was typed. */
export function isSameAsked(one: LadderAsked, other: LadderAsked): boolean {
  const key = ({ planHash, seed, shard, rungs, flows, studies }: LadderAsked) =>
    JSON.stringify([planHash, seed, shard, rungs, flows, studies])
  return key(one) === key(other)
}
