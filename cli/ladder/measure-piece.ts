// One piece of the ladder's load: a run of its own below the run's folder, tried again once where something broke.

import { join } from 'node:path'
import type { Measurements } from '../../contracts/measurement.ts'
import { EXIT_CODES, Refusal } from '../../contracts/refusal.ts'
import { pieceFolder } from '../../contracts/run-folder.ts'
import { runLoad } from '../../measurements/run-load.ts'
import type { RungLoad } from '../../measurements/rung-load.ts'
import { stepLine, stepReasons } from '../../measurements/step-lines.ts'
import type { CountedTables } from '../../measurements/tables.ts'
import { loadProgress, sayAbove } from '../load-progress.ts'
import type { LadderJob } from './ladder-job.ts'

export interface MeasuredPiece {
  /** Relative to the run folder. */
  readonly folder: string
  readonly measurements: Measurements
}

export interface PieceLoad {
  readonly orders: number
  readonly pool: string
  /** A flow, or what else is measured: part of the folder's name. */
  readonly what: string
  readonly loads: readonly string[]
  readonly rung: RungLoad
  readonly counted: CountedTables
}

const TRIES = 2

export async function measurePiece(job: LadderJob, piece: PieceLoad): Promise<MeasuredPiece> {
  let broken: Measurements | undefined
  for (let nth = 0; nth < TRIES; nth++) {
    job.context.signal.throwIfAborted()
    const measured = await measureOnce(job, piece)
    job.context.signal.throwIfAborted()
    if (measured.measurements.invalid.length === 0) return measured
    broken = measured.measurements
    for (const { code, evidence } of broken.invalid) job.context.say(`  ${code}: ${evidence}`)
  }
  throw new Refusal({
    what: `${piece.what} at ${piece.orders.toLocaleString('en')} orders could not be measured`,
    why: (broken?.invalid ?? []).map(({ code, evidence }) => `${code}: ${evidence}`),
    wayOut: 'What was measured stays. The same command continues; logs are in .headroom/ladder/logs.',
    exitCode: EXIT_CODES.invalid,
  })
}

async function measureOnce({ resolved, runDir, command, system, context }: LadderJob, piece: PieceLoad) {
  const folder = pieceFolder(piece.orders, piece.pool, piece.what, new Date())
  const progress = loadProgress()
  const say = sayAbove(progress, context.say)
  const { baseUrl, jwtSecret, adminJwtSecret, processes } = system.endpoint
  const measurements = await runLoad({
    loads: piece.loads,
    rung: piece.rung,
    counted: piece.counted,
    profile: piece.rung.kind === 'warm' ? 'knee' : 'hold',
    arrivals: 'poisson',
    budgetSeconds: piece.rung.kind === 'warm' ? piece.rung.searchSeconds : 0,
    target: { baseUrl, jwtSecret, adminJwtSecret, processes },
    engines: system.engines,
    k6: system.engines.k6,
    plan: resolved,
    runDir: join(runDir, folder),
    command,
    signal: context.signal,
    say: () => {},
    onStep: (step) => [stepLine(step), ...stepReasons(step)].forEach(say),
    onLive: progress.show,
  }).finally(progress.clear)
  return { folder, measurements }
}
