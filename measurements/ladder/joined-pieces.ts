// Pieces of a ladder as one run: what the report says about flows is what was measured at one rung with one pool.

import { basename } from 'node:path'
import type { AcknowledgedOrders, Measurements } from '../../contracts/measurement.ts'

export interface PieceRun {
  /** Relative to the run's folder. */
  readonly folder: string
  readonly measurements: Measurements
}

/** Of two pieces with the same load the later one answers: whether a cold database is slow is no question. */
export function joinedPieces(
  pieces: readonly [PieceRun, ...PieceRun[]],
  run: Pick<Measurements, 'runId' | 'startedAt' | 'command'>,
): Measurements {
  const last = (pieces.at(-1) as PieceRun).measurements
  const all = pieces.map(({ measurements }) => measurements)
  return {
    ...last,
    ...run,
    steps: pieces.flatMap(({ folder, measurements }) =>
      measurements.steps.map((step) => ({
        ...step,
        journal: step.journal === null ? null : `${folder}/${step.journal}`,
      })),
    ),
    results: [...new Map(all.flatMap(({ results }) => results.map((result) => [result.load, result]))).values()],
    acknowledged: acknowledged(all.flatMap((one) => one.acknowledged ?? [])),
    invalid: pieces.flatMap(({ folder, measurements }) =>
      measurements.invalid.map(({ code, evidence }) => ({ code, evidence: `${basename(folder)}: ${evidence}` })),
    ),
  }
}

const EXAMPLES = 10

function acknowledged(parts: readonly AcknowledgedOrders[]): AcknowledgedOrders | null {
  if (parts.length === 0) return null
  return {
    acknowledged: parts.reduce((sum, part) => sum + part.acknowledged, 0),
    missing: parts.reduce((sum, part) => sum + part.missing, 0),
    examples: parts.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
  }
}
