// Starts every engine, or finds them running; stops what was started here, also when only half of it came up.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineEndpoint, Engines } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { openCredentials } from './credentials.ts'
import { letContainerLive } from './docker.ts'
import { elasticsearch } from './elasticsearch.ts'
import { letLive } from './engine-process.ts'
import { isKept, otherOwner, readRecords, writeOwner } from './engine-record.ts'
import { findEngines, refuseOlderEngines, removeEngines, writeEngines } from './engines-file.ts'
import { engineProgram } from './find-engine-program.ts'
import { refuseMalformedAddresses } from './given-addresses.ts'
import { k6 as k6Engine } from './k6.ts'
import { type LockHolder, tryLock } from './lock.ts'
import { LEGACY_ADDRESS_VARIABLE, legacyEndpointOf, mysql } from './mysql.ts'
import { nginx as nginxEngine } from './nginx.ts'
import { openPlace, type Place } from './place.ts'
import { redis, streams } from './redis.ts'
import { probedShardMap, SHARDS_VARIABLE } from './shard-servers.ts'
import type { EngineSize, ServerEngine, StartContext } from './start-context.ts'
import { allowedWays, serverAtAddress, startServer } from './start-server.ts'
import { STARTING_STOP_LIMIT_MS, stopRecorded } from './stop-engines.ts'

export interface StartEnginesOptions {
  /** Left running after the process ends, until `npm run down`; else stopped by `stop()`. */
  readonly keep: boolean
  readonly signal: AbortSignal
  say(line: string): void
  readonly size?: EngineSize
  /** Relative to the checkout; tests have one of their own. */
  readonly stateFolder?: string
  readonly env?: NodeJS.ProcessEnv
  /** Of MySQL's pool; absent: what suits the machine. */
  readonly poolBytes?: number
}

export interface RunningEngines extends Engines {
  /** They were running before: `stop` then leaves them alone. */
  readonly wereRunning: boolean
  /** Stops what this call started; a second call does nothing. */
  stop(): Promise<void>
}

export async function startEngines(options: StartEnginesOptions): Promise<RunningEngines> {
  // Before one engine is fetched or started beside the address of another.
  refuseMalformedAddresses(options.env ?? process.env)
  // What engines run as another user must read is made under our umask.
  if (process.getuid?.() === 0) process.umask(0o022)
  const place = openPlace(options.stateFolder)
  const lock = tryLock(join(place.state, 'lock'), options.keep ? 'starting the engines' : 'starting engines for a run')
  if ('heldBy' in lock) throw busy(lock.heldBy)
  try {
    const owner = otherOwner(place)
    if (owner) throw owned(owner.pid)
    const running = await findHealthy(place, options)
    if (running) return running
    if (!options.keep && isKept(place)) refuseOlderEngines(options.stateFolder)
    await stopRecorded(place)
    removeEngines(place.state)
    return await startAll(place, options)
  } finally {
    lock.release()
  }
}

async function startAll(place: Place, options: StartEnginesOptions): Promise<RunningEngines> {
  const failed = new AbortController()
  const context: StartContext = {
    place,
    env: options.env ?? process.env,
    signal: AbortSignal.any([options.signal, failed.signal]),
    size: options.size ?? 'load',
    credentials: openCredentials(place),
    say: options.say,
    ...(options.poolBytes === undefined ? {} : { poolBytes: options.poolBytes }),
  }
  writeOwner(place, false) // until all are up, they end with us
  const starting = [
    startServer(mysql, context),
    legacyAddress(context),
    startServer(elasticsearch, context),
    startServer(redis, context),
    startServer(streams, context),
    engineProgram(nginxEngine, context),
    engineProgram(k6Engine, context),
  ] as const
  try {
    const [orders, legacy, search, cache, messages, nginx, k6] = await Promise.all(starting)
    options.signal.throwIfAborted()
    const mysqlShards = context.env[SHARDS_VARIABLE]
    await probedShardMap(orders, mysqlShards)
    const engines: Engines = {
      startedAt: new Date().toISOString(),
      mysql: orders,
      ...(mysqlShards && { mysqlShards }),
      legacyMysql: legacy ?? legacyEndpointOf(orders, context.credentials),
      elasticsearch: search,
      redis: cache,
      streams: messages,
      nginx,
      k6,
    }
    writeEngines(place.state, engines)
    if (options.keep) keepRunning(place)
    return { ...engines, wereRunning: false, stop: once(() => stopAll(place)) }
  } catch (error) {
    // One has failed: there is no use in waiting for a build beside a port in use.
    failed.abort(error)
    await Promise.allSettled(starting)
    await stopRecorded(place, STARTING_STOP_LIMIT_MS)
    throw options.signal.aborted ? options.signal.reason : error
  }
}

async function stopAll(place: Place): Promise<void> {
  removeEngines(place.state)
  await stopRecorded(place)
}

/** Engines of an earlier start that still answer: a kept set, or one whose owner was killed. */
async function findHealthy(place: Place, options: StartEnginesOptions): Promise<RunningEngines | undefined> {
  const engines = findEngines(place.state)
  if (!engines || !existsSync(engines.k6.path) || !existsSync(engines.nginx.path)) return undefined
  const servers = [
    [mysql, engines.mysql],
    [elasticsearch, engines.elasticsearch],
    [redis, engines.redis],
    [streams, engines.streams],
  ] as const
  const answers = await Promise.allSettled(servers.map(([engine, { url }]) => engine.probe(url)))
  if (answers.some(({ status }) => status === 'rejected')) return undefined
  const env = options.env ?? process.env
  const mismatch = servers.find(([engine, endpoint]) => isOtherwiseAsked(engine, endpoint, env))
  if (mismatch) throw otherwiseAsked(mismatch[0], mismatch[1])
  const shards = env[SHARDS_VARIABLE]
  if (shards && shards !== engines.mysqlShards) throw otherShards()
  await probedShardMap(engines.mysql, engines.mysqlShards)

  const adopted = !isKept(place)
  if (adopted || options.keep) writeOwner(place, options.keep)
  const stop = adopted && !options.keep ? once(() => stopAll(place)) : async () => {}
  return { ...engines, wereRunning: true, stop }
}

function isOtherwiseAsked(engine: ServerEngine, { url, origin }: EngineEndpoint, env: NodeJS.ProcessEnv): boolean {
  const address = env[engine.addressVariable]
  if (address) return address !== url
  return origin === 'address' || !allowedWays(env).includes(origin)
}

async function legacyAddress({ env }: StartContext): Promise<EngineEndpoint | undefined> {
  const address = env[LEGACY_ADDRESS_VARIABLE]
  return address ? await serverAtAddress(mysql, LEGACY_ADDRESS_VARIABLE, address) : undefined
}

function keepRunning(place: Place): void {
  for (const record of readRecords(place)) {
    if (record.kind === 'process') letLive(record.pid)
    else letContainerLive(place, record.name)
  }
  writeOwner(place, true)
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= action())
}

function busy({ pid, doing }: LockHolder): Refusal {
  return new Refusal({
    what: 'another command is at work in this checkout',
    why: [`process ${pid} is ${doing}`],
    wayOut: 'Wait until it is done, or use a second checkout: two of them do not disturb each other.',
  })
}

function owned(pid: number): Refusal {
  return new Refusal({
    what: 'a run is using the engines of this checkout',
    why: [`process ${pid} started them and will stop them at its end; a second run would also spoil its figures`],
    wayOut: 'Wait until it is done or stop it, or use a second checkout: two of them do not disturb each other.',
  })
}

function otherShards(): Refusal {
  return new Refusal({
    what: 'the engines are running already, with other servers for the shards than those asked for',
    why: [`${SHARDS_VARIABLE} is not what it was when they were started`],
    wayOut: 'Stop them first: npm run down',
  })
}

function otherwiseAsked({ title, addressVariable }: ServerEngine, { origin }: EngineEndpoint): Refusal {
  return new Refusal({
    what: 'the engines are running already, but not the ones asked for',
    why: [`${title} runs from "${origin}", and HEADROOM_ENGINES or ${addressVariable} ask for another`],
    wayOut: 'Stop them first: npm run down',
  })
}
