// Work on the table of the top rung that a load says nothing about: changing its schema while it is used, dumping and
// restoring it, starting cold, coming up after a kill.

import { join } from 'node:path'
import type { Ladder, LadderFlow, Rung, Study, StudyName } from '../../contracts/ladder.ts'
import { tableName } from '../../contracts/shard.ts'
import { rows } from '../../generators/store/mysql-connection.ts'
import { acknowledgements, lookUp } from '../../measurements/acknowledged-orders.ts'
import { targetsOf } from '../../measurements/cut-step.ts'
import { readJournal } from '../../measurements/journal.ts'
import { poolOf } from '../../measurements/ladder/ladder-pieces.ts'
import { heldRate, heldSteps } from '../../measurements/ladder/rung-figures.ts'
import { provablePerSecond } from '../../measurements/ladder/rung-rates.ts'
import { secondsToRecover } from '../../measurements/recovery.ts'
import { dumpOrders, restoreOrders } from './dump-orders.ts'
import type { LadderJob } from './ladder-job.ts'
import { openPool } from './ladder-pool.ts'
import { withMysql } from './ladder-tables.ts'
import { measurePiece } from './measure-piece.ts'
import { countedOf } from './rung-pieces.ts'

type Done = Omit<Study, 'name' | 'orders'>

/** Longer than this nobody waits for a schema change beside a load: then it is said to have taken so long. */
const LONGEST_CHANGE_SECONDS = 600
/** After a cold start: so long the load is watched. */
const COLD_WATCH_SECONDS = 45
/** Of orders before the kill. */
const BEFORE_KILL_SECONDS = 10
/** Of what the flow carries: a low load. */
const LOW_OF_HIGHEST = 0.2
/** A warm server carries it with room to spare. */
const SOUND_OF_HIGHEST = 0.6

const COLUMN = 'ladder_note'
const INDEX = 'ladder_status'

export async function study(job: LadderJob, ladder: Ladder, rung: Rung, name: StudyName): Promise<Study> {
  if (!job.system.isServing) await openPool(job, ladder, rung, 'plan')
  return { name, orders: rung.orders, ...(await STUDIES[name](job, ladder, rung)) }
}

const STUDIES: Readonly<Record<StudyName, (job: LadderJob, ladder: Ladder, rung: Rung) => Promise<Done>>> = {
  'add-column': async (job, ladder, rung) => {
    await dropIfThere(job, 'COLUMN', COLUMN)
    const done = await changedBeside(job, ladder, rung, 'column', `ADD COLUMN ${COLUMN} INT NULL`)
    await dropIfThere(job, 'COLUMN', COLUMN)
    return done
  },
  'add-index': async (job, ladder, rung) => {
    await dropIfThere(job, 'KEY', INDEX)
    return await changedBeside(job, ladder, rung, 'index', `ADD KEY ${INDEX} (status, created_at_ms)`)
  },
  'drop-index': async (job, ladder, rung) => await changedBeside(job, ladder, rung, 'dropped', `DROP KEY ${INDEX}`),
  dump: async (job, _ladder, rung) => {
    const { dumped, seconds } = await dumpOrders(job.system.engines.mysql, job.shard, dumpPath(job), job.context.signal)
    return projected(seconds, dumped, rung, 'orders read by key into a file of tab-separated values')
  },
  restore: async (job, _ladder, rung) => {
    const { restored, seconds } = await restoreOrders(job.system.engines.mysql, job.shard, dumpPath(job))
    return projected(seconds, restored, rung, 'the dumped file loaded by LOAD DATA into an empty table, then its index')
  },
  'cold-restart': coldRestart,
  'recovery-after-kill': recovery,
}

function dumpPath({ runDir }: LadderJob): string {
  return join(runDir, 'orders-sample.tsv')
}

function projected(seconds: number, sampled: number, { orders }: Rung, how: string): Done {
  const isPart = sampled < orders
  const note = isPart ? `${how}; ${sampled.toLocaleString('en')} of them in ${seconds.toFixed(1)} s, multiplied` : how
  return { seconds: isPart ? (seconds * orders) / sampled : seconds, projected: isPart, note, beside: null }
}

/** Without a copy of the table where the server can; without locking out writers in any case. */
async function changedBeside(job: LadderJob, ladder: Ladder, rung: Rung, what: string, change: string): Promise<Done> {
  const table = tableName('orders', job.shard)
  const flow = lowFlow(job)
  const ratePerSecond = lowRate(job, ladder, rung, flow)
  let seconds: number | null = null
  let how = ''
  const work = async () => {
    await withMysql(job.system.engines.mysql, async (connection) => {
      const beganAtMs = performance.now()
      for (const algorithm of ['INSTANT', 'INPLACE, LOCK=NONE']) {
        try {
          await connection.query(`ALTER TABLE ${table} ${change}, ALGORITHM=${algorithm}`)
          how = `ALTER TABLE ${table} ${change}, ALGORITHM=${algorithm}`
          seconds = (performance.now() - beganAtMs) / 1000
          return
        } catch (error) {
          how = error instanceof Error ? error.message : String(error)
        }
      }
    })
  }
  const { measurements } = await measurePiece(job, {
    orders: rung.orders,
    pool: 'plan',
    what,
    loads: [flow],
    rung: { kind: 'beside', ratesPerSecond: { [flow]: ratePerSecond }, work, longestSeconds: LONGEST_CHANGE_SECONDS },
    counted: countedOf(job, rung),
  })
  const [step] = heldSteps(measurements.steps, flow, 'beside')
  const p99Ms = step === undefined ? null : heldRate(step, flow).p99Ms
  return { seconds, projected: false, note: how, beside: { flow, ratePerSecond, p99Ms } }
}

async function coldRestart(job: LadderJob, ladder: Ladder, rung: Rung): Promise<Done> {
  const flow: LadderFlow = job.asked.flows[0] ?? 'list'
  const { stopSeconds, startSeconds } = await job.system.restart(job.system.poolBytes)
  await job.system.serve()
  const common = ladder.rates[flow]?.commonPerSecond ?? provablePerSecond(job.resolved, flow, ladder.times)
  const highest = poolOf(rung, 'plan')?.flows[flow]?.highest?.ratePerSecond ?? Number.POSITIVE_INFINITY
  const ratePerSecond = Math.min(common, SOUND_OF_HIGHEST * highest)
  const { folder, measurements } = await measurePiece(job, {
    orders: rung.orders,
    pool: 'plan',
    what: 'restart',
    loads: [flow],
    rung: { kind: 'cold', idleFirst: false, ratesPerSecond: { [flow]: ratePerSecond }, seconds: COLD_WATCH_SECONDS },
    counted: countedOf(job, rung),
  })
  const [step] = heldSteps(measurements.steps, flow, 'cold')
  const server = `stopped in ${stopSeconds.toFixed(1)} s, answered ${startSeconds.toFixed(1)} s after its start`
  if (step === undefined || step.journal === null) {
    return { seconds: null, projected: false, note: `${server}; the load was not measured`, beside: null }
  }
  const { entries } = await readJournal(join(job.runDir, folder, step.journal))
  const { fromMs, toMs } = step
  const targetsMs = { [flow]: targetsOf(job.resolved)[flow]?.p99Ms ?? null }
  const back = secondsToRecover({ fromMs, toMs, targetsMs, entries, backlog: [], backlogBeforeSeconds: 0 })
  const beside = { flow, ratePerSecond, p99Ms: heldRate(step, flow).p99Ms }
  return back === null
    ? { seconds: null, projected: false, note: `${server}; p99 not back within ${COLD_WATCH_SECONDS} s`, beside }
    : { seconds: startSeconds + back, projected: false, note: `${server}; p99 back ${back} s into the load`, beside }
}

/** Orders until the moment of the kill; then the server comes up by itself, and every order that was told is there. */
async function recovery(job: LadderJob, ladder: Ladder, rung: Rung): Promise<Done> {
  const flow = lowFlow(job)
  const ratePerSecond = lowRate(job, ladder, rung, flow)
  const { folder, measurements } = await measurePiece(job, {
    orders: rung.orders,
    pool: 'plan',
    what: 'kill',
    loads: [flow],
    rung: { kind: 'cold', idleFirst: false, ratesPerSecond: { [flow]: ratePerSecond }, seconds: BEFORE_KILL_SECONDS },
    counted: countedOf(job, rung),
  })
  const { startSeconds } = await job.system.restart(job.system.poolBytes, 'kill')
  const journal = measurements.steps.find((step) => step.journal !== null)?.journal ?? null
  const entries = journal === null ? [] : (await readJournal(join(job.runDir, folder, journal))).entries
  const { acknowledged, missing } = await lookUp(job.system.map, acknowledgements(entries))
  const kept = acknowledged === 0 ? '' : `; of ${acknowledged} orders placed just before, ${missing} missing`
  const note = `kill -9 of the server, then its start until it answers${kept}`
  return { seconds: missing === 0 ? startSeconds : null, projected: false, note, beside: null }
}

function lowFlow({ asked }: LadderJob): LadderFlow {
  return asked.flows.includes('checkout') ? 'checkout' : (asked.flows[0] ?? 'list')
}

function lowRate({ resolved }: LadderJob, { rates, times }: Ladder, rung: Rung, flow: LadderFlow): number {
  const highest = poolOf(rung, 'plan')?.flows[flow]?.highest?.ratePerSecond
  const low = highest === undefined ? provablePerSecond(resolved, flow, times) : LOW_OF_HIGHEST * highest
  return Math.max(rates[flow]?.sharePerSecond ?? 0, low)
}

/** Brings the table back to where a study can begin. */
async function dropIfThere({ system, shard }: LadderJob, kind: 'COLUMN' | 'KEY', name: string): Promise<void> {
  const table = tableName('orders', shard)
  const [list, field] = kind === 'KEY' ? ['statistics', 'index_name'] : ['columns', 'column_name']
  await withMysql(system.engines.mysql, async (connection) => {
    const found = await rows(
      connection,
      `SELECT 1 FROM information_schema.${list} WHERE table_schema = DATABASE() AND table_name = ? AND ${field} = ?`,
      [table, name],
    )
    if (found.length > 0) await connection.query(`ALTER TABLE ${table} DROP ${kind} ${name}`)
  })
}
