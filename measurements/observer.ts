// Everything that is looked at once a second while a run lasts: processes, every MySQL server, Elasticsearch, both Redis, the
// target's own health. Two uses: the counters of a step's steady part, and proof that nothing went away.

import { Redis } from 'ioredis'
import type { Engines } from '../contracts/engines.ts'
import {
  type Backlog,
  type ComponentUsage,
  type ElasticsearchCounters,
  GENERATOR,
  HEADROOM,
  type InvalidReason,
  type MysqlCounters,
} from '../contracts/measurement.ts'
import { REDIS_SERVERS, type RedisServer } from '../contracts/redis-settings.ts'
import { elasticsearchDelta, readElasticsearch } from './elasticsearch-counters.ts'
import { MysqlProbe, type MysqlSample, mysqlDelta, mysqlSum } from './mysql-counters.ts'
import { type ObservedMysql, observedMysql } from './observed-mysql.ts'
import { type ComponentTotals, type ProcessSnapshot, snapshotOf, type WatchedProcess } from './process-usage.ts'
import { askBacklogSeconds, askHealth, type Target } from './target.ts'
import { endsOf, type Fault, type Sample, type Watch, watch } from './watch.ts'

/** The part of `engines.json` that measuring needs. */
export type ObservedEngines = Pick<Engines, 'mysql' | 'mysqlShards' | 'elasticsearch' | RedisServer>

// No oftener: looking is work on the very machine that is measured.
const EVERY_MS = 1000
const REDIS_TIMEOUT_MS = 3000

export interface Usage {
  readonly components: readonly ComponentUsage[]
  readonly machineCpu: number | null
  readonly generatorCpu: number | null
  /** What neither the system nor the generator used; null: not all of them are on this machine and known. */
  readonly otherCpu: number | null
  readonly mysql: MysqlCounters | null
  readonly elasticsearch: ElasticsearchCounters | null
  readonly backlog: Backlog | null
}

export interface ObserverOptions {
  readonly target: Target
  /** null: not on this machine, so only the target's own word says how they are. */
  readonly engines: ObservedEngines | null
  readonly cores: number
  readonly onFault: (fault: Fault) => void
}

const BESIDE_MYSQL = ['elasticsearch', ...REDIS_SERVERS] as const
/** Both Redis are one: of one that nobody asks, no cost of a request could be told. */
const COMPONENT_OF = { elasticsearch: 'elasticsearch', redis: 'redis', streams: 'redis' } as const

interface RedisProbe {
  readonly name: RedisServer
  readonly redis: Redis
}

interface WatchedMysql {
  readonly probe: MysqlProbe
  readonly watch: Watch<MysqlSample>
}

export class Observer {
  readonly #options: ObserverOptions
  readonly #mysqlServers: readonly ObservedMysql[]
  readonly #faults: Fault[] = []
  readonly #watched: WatchedProcess[]
  readonly #processes
  readonly #mysql: readonly WatchedMysql[]
  readonly #elasticsearch
  readonly #redis: readonly RedisProbe[]
  readonly #backlog
  readonly #others

  static async begin(options: ObserverOptions): Promise<Observer> {
    return new Observer(options, options.engines === null ? [] : await observedMysql(options.engines))
  }

  private constructor(options: ObserverOptions, mysqlServers: readonly ObservedMysql[]) {
    const { target, engines } = options
    this.#options = options
    this.#mysqlServers = mysqlServers
    const isHttp = target.kind === 'http'
    this.#watched = [...target.processes, ...this.#engineProcesses(), { component: HEADROOM, pid: process.pid }]
    const onFault = (fault: Fault) => {
      this.#faults.push(fault)
      options.onFault(fault)
    }
    this.#processes = watch<ProcessSnapshot | null>({
      name: 'target-processes',
      everyMs: EVERY_MS,
      read: () => snapshotOf(this.#watched),
      // Workers of another system come and go as it likes.
      wrong: (value, before) => (isHttp ? null : replacedProcess(target.processes, value, before)),
      onFault,
    })
    this.#mysql = mysqlServers.map((server) => {
      const probe = new MysqlProbe(server)
      return { probe, watch: watchEngine(server.component, () => probe.read(), onFault) }
    })
    const searchUrl = engines?.elasticsearch.url
    this.#elasticsearch = searchUrl
      ? watchEngine('elasticsearch', () => readElasticsearch(searchUrl), onFault)
      : undefined
    this.#redis = engines === null ? [] : REDIS_SERVERS.map((name) => ({ name, redis: redisProbe(engines[name].url) }))
    // A reading that fails is no fault: whether the target lives is asked below.
    this.#backlog =
      isHttp || target.processes.length === 0
        ? undefined
        : watch({
            name: 'backlog',
            everyMs: EVERY_MS,
            read: () => askBacklogSeconds(target),
            onFault: () => {},
          })
    this.#others = [
      ...this.#redis.map(({ name, redis }) => watch({ name, everyMs: EVERY_MS, read: () => ping(redis), onFault })),
      // Of another system nobody knows how to ask it.
      ...(isHttp ? [] : [watch({ name: 'target', everyMs: EVERY_MS, read: () => healthy(target), onFault })]),
    ]
  }

  /** The generator's processes come and go with the steps. */
  watchGenerator(pid: number): void {
    this.#watched.push({ component: GENERATOR, pid })
  }

  forgetGenerator(pid: number): void {
    const at = this.#watched.findIndex((process) => process.pid === pid)
    if (at >= 0) this.#watched.splice(at, 1)
  }

  usage(fromMs: number, toMs: number): Usage {
    const mysql = this.#mysql.map((server) => {
      const ends = endsOf(server.watch.samples, fromMs, toMs)
      return ends && wholeWindow(ends, fromMs, toMs, mysqlDelta)
    })
    const search = endsOf(this.#elasticsearch?.samples ?? [], fromMs, toMs)
    const cpu = cpuUsage(this.#processes.samples, fromMs, toMs, this.#options.cores)
    return {
      ...cpu,
      otherCpu: this.#knowsAll() ? otherCpu(cpu) : null,
      mysql: mysql.length === 0 ? null : mysqlSum(mysql),
      elasticsearch: search && wholeWindow(search, fromMs, toMs, elasticsearchDelta),
      backlog: backlogOf(this.backlogSeconds(fromMs, toMs)),
    }
  }

  /** Second by second, where the target says so. */
  backlogSeconds(fromMs: number, toMs: number): readonly Sample<number>[] {
    return (this.#backlog?.samples ?? []).flatMap(({ atMs, value }) =>
      value === null || atMs < fromMs || atMs > toMs ? [] : [{ atMs, value }],
    )
  }

  /** Of each component, second by second. */
  memoryBytes(fromMs: number, toMs: number): readonly Sample<ReadonlyMap<string, number>>[] {
    return this.#processes.samples.flatMap(({ atMs, value }) =>
      value === null || atMs < fromMs || atMs > toMs
        ? []
        : [{ atMs, value: new Map([...value.components].map(([name, { rssBytes }]) => [name, rssBytes])) }],
    )
  }

  /** Whether the processes of the system can be seen from here. */
  get seesProcesses(): boolean {
    return this.#options.target.processes.length > 0 && this.#options.engines !== null
  }

  #knowsAll(): boolean {
    const { target, engines } = this.#options
    if (target.kind === 'http') return target.processes.length > 0
    return (
      target.processes.length > 0 &&
      this.#mysqlServers.every(({ pids }) => pids.length > 0) &&
      BESIDE_MYSQL.every((name) => engines?.[name].pid !== undefined)
    )
  }

  #engineProcesses(): WatchedProcess[] {
    const { engines } = this.#options
    return [
      ...this.#mysqlServers.flatMap(({ component, pids }) => pids.map((pid) => ({ component, pid }))),
      ...BESIDE_MYSQL.flatMap((name) => {
        const pid = engines?.[name].pid
        return pid === undefined ? [] : [{ component: COMPONENT_OF[name], pid }]
      }),
    ]
  }

  faults(fromMs = 0, toMs = Number.POSITIVE_INFINITY): readonly InvalidReason[] {
    return this.#faults
      .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
      .map(({ name, evidence, atMs }) => ({
        code: name === 'target-processes' ? 'target-changed' : 'engine-lost',
        evidence: `${name}: ${evidence} (at ${new Date(atMs).toISOString()})`,
      }))
  }

  async stop(): Promise<void> {
    const watches = [
      this.#processes,
      ...this.#mysql.map((server) => server.watch),
      this.#elasticsearch,
      this.#backlog,
      ...this.#others,
    ]
    await Promise.all(watches.map((one) => one?.stop()))
    for (const { probe } of this.#mysql) probe.close()
    for (const { redis } of this.#redis) redis.disconnect()
  }
}

/** Samples lie a little inside the window, so what was counted between them is scaled to the whole of it. */
function wholeWindow<C>(
  {
    first,
    last,
  }: { readonly first: Sample<{ readonly counters: C }>; readonly last: Sample<{ readonly counters: C }> },
  fromMs: number,
  toMs: number,
  delta: (first: C, last: C) => C,
): C {
  const scale = (toMs - fromMs) / (last.atMs - first.atMs)
  const counted = Object.entries(delta(first.value.counters, last.value.counters) as Record<string, number>)
  return Object.fromEntries(counted.map(([name, value]) => [name, Math.round(value * scale)])) as C
}

function watchEngine<T extends { readonly uptimeSeconds: number }>(
  name: string,
  read: () => Promise<T>,
  onFault: (fault: Fault) => void,
): Watch<T> {
  const wrong = (value: T, before: T | undefined) =>
    before !== undefined && value.uptimeSeconds < before.uptimeSeconds
      ? `was restarted: up for ${value.uptimeSeconds} s, ${before.uptimeSeconds} s before`
      : null
  return watch({ name, everyMs: EVERY_MS, read, wrong, onFault })
}

function replacedProcess(
  expected: Target['processes'],
  value: ProcessSnapshot | null,
  before: ProcessSnapshot | null | undefined,
): string | null {
  if (value === null) return null
  const gone = expected.filter(({ pid }) => !value.startTicks.has(pid))
  if (gone.length > 0) return `${gone.map(({ component, pid }) => `${component} (${pid})`).join(', ')} ended`
  const replaced = expected.find(({ pid }) => {
    const startedBefore = before?.startTicks.get(pid)
    return startedBefore !== undefined && startedBefore !== value.startTicks.get(pid)
  })
  return replaced === undefined ? null : `${replaced.component} (${replaced.pid}) is another process now`
}

/** Samples lie a little inside the window, so CPU time is scaled to the whole of it. */
export function cpuUsage(
  samples: readonly Sample<ProcessSnapshot | null>[],
  fromMs: number,
  toMs: number,
  cores: number,
): Pick<Usage, 'components' | 'machineCpu' | 'generatorCpu'> {
  const ends = endsOf(samples, fromMs, toMs)
  if (ends === null || ends.first.value === null || ends.last.value === null) {
    return { components: [], machineCpu: null, generatorCpu: null }
  }
  const [first, last] = [ends.first.value, ends.last.value]
  const seconds = (ends.last.atMs - ends.first.atMs) / 1000
  const scale = (toMs - fromMs) / 1000 / seconds
  const components = [...last.components].map(([name, totals]) => {
    const before = first.components.get(name)
    const spent = Math.max(0, totals.cpuSeconds - (before?.cpuSeconds ?? 0))
    return {
      name,
      cpuSeconds: spent * scale,
      cpuShare: spent / (seconds * cores),
      rssBytes: totals.rssBytes,
      ...diskUsage(before, totals, scale),
    }
  })
  const total = last.machine.totalSeconds - first.machine.totalSeconds
  return {
    components: components.toSorted((a, b) => b.cpuShare - a.cpuShare),
    machineCpu: total > 0 ? (last.machine.busySeconds - first.machine.busySeconds) / total : null,
    generatorCpu: components.find(({ name }) => name === GENERATOR)?.cpuShare ?? null,
  }
}

function diskUsage(
  before: ComponentTotals | undefined,
  { disk }: ComponentTotals,
  scale: number,
): Pick<ComponentUsage, 'diskReadBytes' | 'diskWrittenBytes'> {
  const earlier = before === undefined ? { readBytes: 0, writtenBytes: 0 } : before.disk
  if (disk === null || earlier === null) return { diskReadBytes: null, diskWrittenBytes: null }
  return {
    diskReadBytes: Math.max(0, disk.readBytes - earlier.readBytes) * scale,
    diskWrittenBytes: Math.max(0, disk.writtenBytes - earlier.writtenBytes) * scale,
  }
}

/** Medians of the first and the last third: one late look is no growth. */
export function backlogOf(samples: readonly Sample<number>[]): Backlog | null {
  const third = Math.floor(samples.length / 3)
  if (third < 1) return null
  const medianOf = (part: readonly Sample<number>[]) => {
    const sorted = part.map(({ value }) => value).sort((a, b) => a - b)
    return sorted[sorted.length >> 1] ?? 0
  }
  return { startSeconds: medianOf(samples.slice(0, third)), endSeconds: medianOf(samples.slice(-third)) }
}

/** `usage.otherCpu` where all processes are known. */
export function otherCpu({ components, machineCpu }: Pick<Usage, 'components' | 'machineCpu'>): number | null {
  if (machineCpu === null) return null
  // What Headroom uses is other work to the system, whoever's fault it is.
  const known = components.filter(({ name }) => name !== HEADROOM)
  return Math.max(0, machineCpu - known.reduce((sum, { cpuShare }) => sum + cpuShare, 0))
}

function redisProbe(url: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: REDIS_TIMEOUT_MS,
    commandTimeout: REDIS_TIMEOUT_MS,
  })
  // Told by the failing ping as well; without a listener ioredis would print it.
  redis.on('error', () => {})
  return redis
}

/** A busy target misses a check of its own now and then: so it counts like an answer that did not come. */
async function healthy(target: Target): Promise<void> {
  const down = await askHealth(target)
  if (down.length > 0) throw new Error(`it says that it has lost ${down.join(' and ')}`)
}

async function ping(redis: Redis): Promise<void> {
  if (redis.status === 'end') await redis.connect()
  await redis.ping()
}
