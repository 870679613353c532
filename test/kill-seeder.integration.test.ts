// The seeder is killed with -9 again and again, in turn itself and the database under it; the tables in the end are
// those of a run that nobody disturbed. HEADROOM_KILLS sets how often (20 is the full proof, a few minutes).

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { removeState } from '../engines/clean-engines.ts'
import { CHECKOUT } from '../engines/place.ts'
import { type RunningEngines, startEngines } from '../engines/start-engines.ts'
import { CHUNK_ORDERS } from '../generators/chunk-ranges.ts'
import { checksums } from '../generators/scratch-stores.fixture.ts'

const KILLS = Number(process.env.HEADROOM_KILLS ?? 2)
const STATE_FOLDER = `.headroom/test-kill-${process.pid}`
const SEED_WORDS = ['--scale', '0.00002', '--full-shard', '7', '--years', '3', '--json']
const RESET_WORDS = [...SEED_WORDS, '--reset']
/** In the words of whoever looks at a database that comes back, or loses it. */
const LOST = /is gone|was lost|no usable MySQL|went away/
const FULL_TABLE_ROWS = 150_000

const folder = mkdtempSync(join(tmpdir(), 'headroom-kill-'))
const planFile = join(folder, 'plan.yaml')
let engines: RunningEngines
let database: number

beforeAll(async () => {
  const plan = readFileSync(join(CHECKOUT, 'plan.yaml'), 'utf8')
  const small = plan.replace('rowsPerTableLimit: 50e6', `rowsPerTableLimit: ${FULL_TABLE_ROWS}`)
  writeFileSync(planFile, small.replace('extraBytesPerRow: 0', 'extraBytesPerRow: 100'))
  engines = await startEngines({
    keep: false,
    size: 'test',
    stateFolder: STATE_FOLDER,
    signal: new AbortController().signal,
    say: () => {},
    env: { ...process.env, HEADROOM_ENGINES: 'programs', HEADROOM_MYSQL_URL: '', HEADROOM_ELASTICSEARCH_URL: '' },
  })
  database = engines.mysql.pid ?? 0
})
afterAll(async () => {
  await killHard(database)
  // Undefined where they did not start: then that is what should be told, and their folder goes all the same.
  await engines?.stop()
  await removeState(STATE_FOLDER)
  rmSync(folder, { recursive: true })
})

function run(command: 'seed' | 'verify', words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join('cli', `${command}.ts`), '--plan', planFile, ...words], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HEADROOM_MYSQL_URL: engines.mysql.url,
      HEADROOM_ELASTICSEARCH_URL: engines.elasticsearch.url,
    },
  })
}

interface Exit {
  readonly code: number | null
  readonly said: string
  readonly printed: string
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  let said = ''
  let printed = ''
  child.stderr?.on('data', (text) => {
    said += text
  })
  child.stdout?.on('data', (text) => {
    printed += text
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, said, printed }
}

function rowsWritten({ printed }: Exit): number {
  return (JSON.parse(printed) as { readonly rowsWritten: number }).rowsWritten
}

async function tables(): Promise<Readonly<Record<string, string>>> {
  const connection = await createConnection(engines.mysql.url)
  const sums = await checksums(connection)
  await connection.end()
  return sums
}

interface Committed {
  readonly orders: number
  /** Of the three tables. */
  readonly rows: number
}

/**
 * What is committed are whole chunks with their checkpoints: a kill costs at most the chunk each thread was loading.
 * Returns what is committed of the full shard; null where there is nothing to keep: between the begin of a removal, which
 * the next run brings to its end, and the first checkpoint.
 */
async function expectWholeChunks(): Promise<Committed | null> {
  const connection = await createConnection(engines.mysql.url)
  try {
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
    const [[row]] = await connection.query<RowDataPacket[]>(
      `SELECT orders_done AS done, (SELECT COUNT(*) FROM orders_07) AS orders, (SELECT COUNT(*) FROM payments_07) AS payments,
         (SELECT COUNT(*) FROM order_items_07) AS items, (SELECT SUM(item_count) FROM orders_07) AS bought,
         (SELECT state FROM headroom_dataset) AS state
       FROM headroom_lanes WHERE shard = 7`,
    )
    if (!row || row.state === 'removing') return null
    const { done, orders, payments, items, bought } = row
    expect({ orders, payments, items }).toEqual({ orders: done, payments: done, items: Number(bought) })
    expect(done % CHUNK_ORDERS === 0 || done === FULL_TABLE_ROWS).toBe(true)
    return { orders: done, rows: orders + payments + items }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ER_NO_SUCH_TABLE') return null
    // What the killed seeder had asked for last goes on in the server: a table that is newer than the snapshot.
    if (code === 'ER_TABLE_DEF_CHANGED') return await expectWholeChunks()
    throw error
  } finally {
    await connection.end()
  }
}

/** Starts the same program, as the same user, with the same words. */
function revive(words: readonly string[], uid: number): number {
  const [program = '', ...rest] = words
  const child = spawn(program, rest, { uid, stdio: 'ignore', detached: true, env: environmentOf })
  child.unref()
  return child.pid ?? 0
}

let environmentOf: NodeJS.ProcessEnv = {}

async function killHard(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL')
    for (;;) {
      process.kill(pid, 0)
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return
      await sleep(20)
    }
  } catch {
    // It is gone.
  }
}

async function killDatabase(): Promise<void> {
  const words = readFileSync(`/proc/${database}/cmdline`, 'utf8').split('\0').slice(0, -1)
  const { uid } = statSync(`/proc/${database}`)
  const pairs = readFileSync(`/proc/${database}/environ`, 'utf8').split('\0').filter(Boolean)
  environmentOf = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  await killHard(database)
  database = revive(words, uid)
  for (let tries = 0; tries < 300; tries++) {
    const connection = await createConnection(engines.mysql.url).catch(() => null)
    if (connection) return connection.end()
    await sleep(200)
  }
  throw new Error('the database did not come back')
}

// Its engines are programs in every lane: a container would be killed with the disk it writes to.
it.runIf(process.env.HEADROOM_TEST_ENGINES !== 'containers')(
  `fills the same tables through ${KILLS} kills`,
  async () => {
    const beganMs = performance.now()
    const first = await exitOf(run('seed', SEED_WORDS))
    const wholeMs = performance.now() - beganMs
    expect(first.code).toBe(EXIT_CODES.pass)
    const allRows = rowsWritten(first)
    const undisturbed = await tables()

    let kills = 0
    let begun = 0
    // What continuations must keep: the state at the last kill. A run with --reset since then may go below.
    let committed: Committed = { orders: 0, rows: 0 }
    let isReset = false
    let words: readonly string[] = RESET_WORDS
    // All of them may come before there is anything to keep: then once more, and later.
    const isEnough = () => kills >= KILLS && begun > 0
    for (;;) {
      isReset ||= words === RESET_WORDS
      const child = run('seed', words)
      const exit = exitOf(child)
      const lifeMs = wholeMs * (0.2 + 0.8 * Math.random()) * Math.max(1, kills - KILLS + 2)
      const ended = isEnough() ? await exit : await Promise.race([exit, sleep(lifeMs)])
      words = SEED_WORDS
      if (ended && ended.code !== EXIT_CODES.pass) {
        expect(ended.said).toMatch(new RegExp(`${LOST.source}|another seeder`))
        continue
      }
      if (ended) {
        // A run that nobody killed comes to its end, whatever the kill before it left, and writes only what was missing.
        if (!isReset) expect(rowsWritten(ended)).toBeLessThanOrEqual(allRows - committed.rows)
        if (isEnough()) break
        // Whole before the kills were used up: once more from the start.
        words = RESET_WORDS
        continue
      }
      if (kills % 2 === 0) child.kill('SIGKILL')
      else await killDatabase()
      kills++
      const { code, said } = await exit
      if (code !== null && code !== EXIT_CODES.pass) expect(said).toMatch(LOST)
      const left = await expectWholeChunks()
      if (left) begun++
      if (!isReset) expect(left?.orders ?? 0).toBeGreaterThanOrEqual(committed.orders)
      // Whole tables after --reset may be the old ones, with their removal on its way to the server.
      const isOld = isReset && left?.orders === FULL_TABLE_ROWS
      committed = left && !isOld ? left : { orders: 0, rows: 0 }
      isReset = false
    }

    expect(await tables()).toEqual(undisturbed)
    expect((await exitOf(run('verify', []))).code).toBe(EXIT_CODES.pass)
    expect(await exitOf(run('seed', SEED_WORDS))).toMatchObject({
      code: 0,
      said: expect.stringMatching(/0 rows written/),
    })
  },
  600_000 + KILLS * 120_000,
)
