// Under which conditions a run was measured: machine, versions, settings that decide durability and caching.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { RowDataPacket } from 'mysql2/promise'
import type { EngineEndpoint, Engines } from '../contracts/engines.ts'
import type { RunConditions, TargetKind } from '../contracts/measurement.ts'
import { generatorPlace, USUAL_PLACE } from './generator-place.ts'
import { connectMysql } from './mysql-counters.ts'
import type { Target } from './target.ts'

export interface ConditionsOf {
  readonly target: Target
  readonly topology: string
  readonly targetKind: TargetKind
  readonly sutVersion: string | null
  readonly engines:
    | (Pick<Engines, 'mysql' | 'elasticsearch' | 'redis' | 'streams'> & Partial<Pick<Engines, 'nginx' | 'legacyMysql'>>)
    | null
  readonly k6Version: string
}

export async function runConditions(run: ConditionsOf): Promise<RunConditions> {
  const { target, topology, targetKind, sutVersion, engines, k6Version } = run
  const settings = engines === null ? null : await mysqlSettings(engines.mysql)
  const versions = {
    ...(engines && {
      mysql: engines.mysql.version,
      elasticsearch: engines.elasticsearch.version,
      redis: engines.redis.version,
      streams: engines.streams.version,
      ...(engines.nginx && { nginx: engines.nginx.version }),
    }),
    ...(sutVersion === null ? {} : { sut: sutVersion }),
    k6: k6Version,
    node: process.versions.node,
  }
  return {
    host: {
      cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      os: await osName(),
      kernel: release(),
    },
    versions,
    topology,
    target: target.baseUrl,
    targetKind,
    sharedMachine: isLoopback(new URL(target.baseUrl).hostname),
    generatorPlace: generatorPlace(USUAL_PLACE).text,
    bufferPoolBytes: settings?.get('innodb_buffer_pool_size') ?? null,
    flushLogAtTrxCommit: settings?.get('innodb_flush_log_at_trx_commit') ?? null,
    gitCommit: await gitCommit(),
  }
}

/** 127.0.0.0/8, ::1 and localhost by name; nothing that only resolves to them. */
export function isLoopback(hostname: string): boolean {
  return /^127(\.[0-9]{1,3}){3}$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost'
}

async function mysqlSettings(endpoint: EngineEndpoint): Promise<ReadonlyMap<string, number>> {
  const connection = await connectMysql(endpoint)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('innodb_buffer_pool_size', 'innodb_flush_log_at_trx_commit')",
    )
    return new Map(rows.map((row) => [String(row.Variable_name), Number(row.Value)]))
  } finally {
    connection.destroy()
  }
}

async function osName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? process.platform
}

/** null outside a git checkout. A commit with changes on top is marked: it is not what was measured. */
async function gitCommit(): Promise<string | null> {
  const git = async (...args: readonly string[]) =>
    (await promisify(execFile)('git', [...args], { cwd: import.meta.dirname })).stdout.trim()
  try {
    const commit = await git('rev-parse', 'HEAD')
    const changed = await git('status', '--porcelain', '--untracked-files=no')
    return changed === '' ? commit : `${commit} with changes`
  } catch {
    return null
  }
}
