// The ladder from where it stands to its end: piece by piece, each written down before the next begins, so that a kill
// costs the piece it interrupts and nothing else.

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Ladder, LadderSpent } from '../../contracts/ladder.ts'
import type { Measurements } from '../../contracts/measurement.ts'
import { RUN_FILES } from '../../contracts/run-folder.ts'
import { rungThere } from '../../generators/fill-rung.ts'
import { timeText } from '../../generators/seed-forecast.ts'
import { joinedPieces, type PieceRun } from '../../measurements/ladder/joined-pieces.ts'
import { openPieces, type Piece, rungOf } from '../../measurements/ladder/ladder-pieces.ts'
import { secondsLeft, secondsOfPiece } from '../../measurements/ladder/ladder-times.ts'
import { writeRunFile } from '../../measurements/run-file.ts'
import { POOL_TEXT } from '../../reports/claims/full-table-claims.ts'
import { writeLadder } from './ladder-file.ts'
import type { LadderJob } from './ladder-job.ts'
import { coldPiece, fillPiece, fillTable, flowPiece } from './rung-pieces.ts'
import { study } from './studies.ts'

/** Resolves to the whole ladder. Throws when it is interrupted, or when a piece could not be measured. */
export async function runLadder(job: LadderJob, begun: Ladder, reset: boolean): Promise<Ladder> {
  const { context, runDir } = job
  let ladder = begun
  const write = async (next: Ladder) => {
    ladder = { ...next, updatedAt: new Date().toISOString() }
    await writeLadder(runDir, ladder)
  }
  await write(ladder)
  await writeRunFile(runDir, RUN_FILES.plan, job.resolved)
  const all = openPieces(ladder).length
  const clock = { startedAtMs: Date.now(), estimatedSeconds: 0, spentSeconds: 0 }
  let isReset = await needsReset(job, ladder, reset)
  const [first] = openPieces(ladder)
  if (first !== undefined && first.kind !== 'fill') {
    context.say('Continued: what was measured is not measured again. The table first, as it was left.')
    await fillTable(job, first.orders, isReset)
    isReset = false
  }
  for (let open = openPieces(ladder); open.length > 0; open = openPieces(ladder)) {
    context.signal.throwIfAborted()
    const [piece] = open as [Piece]
    const left = secondsLeft(open, ladder.asked, ladder.times, clock)
    context.say(
      `${all - open.length + 1} of ${all}: ${pieceText(piece)}; about ${timeText(left)} to the end of the ladder`,
    )
    const beganAtMs = Date.now()
    await write(await done(job, ladder, piece, isReset, write))
    if (piece.kind === 'fill') isReset = false
    const seconds = (Date.now() - beganAtMs) / 1000
    clock.spentSeconds += seconds
    clock.estimatedSeconds += secondsOfPiece(piece, ladder.asked, ladder.times)
    await write({ ...ladder, spent: withSpent(ladder.spent, piece, seconds) })
    await writeMeasurements(job, ladder)
  }
  const elsewhere = (Date.now() - clock.startedAtMs) / 1000 - clock.spentSeconds
  const otherSeconds = ladder.spent.otherSeconds + elsewhere
  await write({ ...ladder, finished: true, spent: { ...ladder.spent, otherSeconds } })
  return ladder
}

async function done(
  job: LadderJob,
  ladder: Ladder,
  piece: Piece,
  reset: boolean,
  write: (ladder: Ladder) => Promise<void>,
): Promise<Ladder> {
  switch (piece.kind) {
    case 'fill':
      return await fillPiece(job, ladder, piece.orders, reset)
    case 'cold':
      return await coldPiece(job, ladder, piece, write)
    case 'flow':
      return await flowPiece(job, ladder, piece)
    case 'study': {
      const rung = rungOf(ladder, piece.orders)
      if (rung === undefined) throw new Error('there is no top rung to study')
      return { ...ladder, studies: [...ladder.studies, await study(job, ladder, rung, piece.name)] }
    }
  }
}

/** Rungs are filled upwards only: a table that holds more than the next rung is filled anew. */
async function needsReset(job: LadderJob, ladder: Ladder, reset: boolean): Promise<boolean> {
  const { system, volume, shard, asked, context } = job
  if (reset) return true
  const there = await rungThere(system.engines.mysql, { volume, seed: asked.seed, shard })
  const next = openPieces(ladder)[0]?.orders
  if (there.kind !== 'rung' || next === undefined || there.orders <= next) return false
  context.say(
    `The ladder's table holds ${there.orders.toLocaleString('en')} orders of a ladder before: it is filled anew.`,
  )
  return true
}

function withSpent(spent: LadderSpent, piece: Piece, seconds: number): LadderSpent {
  if (piece.kind === 'fill') return { ...spent, fillSeconds: spent.fillSeconds + seconds }
  if (piece.kind === 'study') return { ...spent, studySeconds: spent.studySeconds + seconds }
  return { ...spent, measureSeconds: spent.measureSeconds + seconds }
}

/** What the run is about for the rest of the report: the highest rung that was measured, all in memory. */
export async function writeMeasurements({ runDir, command }: LadderJob, ladder: Ladder): Promise<void> {
  const measured = ladder.rungs.toReversed().flatMap(({ pools }) => pools.filter(({ pool }) => pool === 'memory'))
  const [top] = measured.filter(({ flows, coldEvidence }) => coldEvidence !== null && Object.keys(flows).length > 0)
  if (top === undefined) return
  const folders = [top.coldEvidence ?? '', ...Object.values(top.flows).map(({ evidence }) => evidence)]
  const pieces: PieceRun[] = []
  for (const folder of folders) {
    const text = await readFile(join(runDir, folder, RUN_FILES.measurements), 'utf8')
    pieces.push({ folder, measurements: JSON.parse(text) as Measurements })
  }
  const run = { runId: basename(runDir), startedAt: ladder.startedAt, command }
  await writeRunFile(runDir, RUN_FILES.measurements, joinedPieces(pieces as [PieceRun, ...PieceRun[]], run))
  const dataset = await readFile(join(runDir, folders.at(-1) ?? '', RUN_FILES.dataset), 'utf8')
  await writeRunFile(runDir, RUN_FILES.dataset, JSON.parse(dataset))
}

function pieceText(piece: Piece): string {
  const orders = `${piece.orders.toLocaleString('en')} orders`
  switch (piece.kind) {
    case 'fill':
      return `fill to ${orders}`
    case 'cold':
      return `${orders}, ${POOL_TEXT[piece.pool]}: cold`
    case 'flow':
      return `${orders}, ${POOL_TEXT[piece.pool]}: ${piece.flow}`
    case 'study':
      return `${orders}: ${piece.name.replaceAll('-', ' ')}`
  }
}
