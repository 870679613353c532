// MySQL's own counters, read once a second: work done, pool misses, lock waits. An answer is also a sign of life.

import { readFileSync } from 'node:fs'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { MysqlCounters } from '../contracts/measurement.ts'
import { driverOptions } from '../contracts/mysql-address.ts'
import type { MysqlAddress } from '../contracts/shard-map.ts'

const STATUS = {
  Questions: 'queries',
  Innodb_buffer_pool_read_requests: 'bufferPoolReadRequests',
  Innodb_buffer_pool_reads: 'bufferPoolReads',
  Innodb_row_lock_waits: 'rowLockWaits',
  Innodb_data_reads: 'dataReads',
  Innodb_data_writes: 'dataWrites',
  Innodb_data_written: 'dataWrittenBytes',
  Innodb_data_fsyncs: 'fsyncs',
  Innodb_os_log_written: 'redoWrittenBytes',
} as const satisfies Record<string, keyof MysqlCounters>

export interface MysqlSample {
  readonly uptimeSeconds: number
  readonly counters: MysqlCounters
}

const CONNECT_TIMEOUT_MS = 3000

export class MysqlProbe {
  readonly #endpoint: MysqlAddress
  #connection: Connection | undefined

  constructor(endpoint: MysqlAddress) {
    this.#endpoint = endpoint
  }

  async read(): Promise<MysqlSample> {
    this.#connection ??= await connectMysql(this.#endpoint)
    try {
      const names = ['Uptime', ...Object.keys(STATUS)]
      const [rows] = await this.#connection.query<RowDataPacket[]>('SHOW GLOBAL STATUS WHERE Variable_name IN (?)', [
        names,
      ])
      return sampleOf(new Map(rows.map((row) => [String(row.Variable_name), Number(row.Value)])))
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    this.#connection?.destroy()
    this.#connection = undefined
  }
}

export async function connectMysql(address: MysqlAddress): Promise<Connection> {
  const connection = await createConnection({
    ...driverOptions(address, (path) => readFileSync(path, 'utf8')),
    connectTimeout: CONNECT_TIMEOUT_MS,
    supportBigNumbers: true,
    bigNumberStrings: true,
  })
  // A server that goes away while nobody asks would otherwise end the process; the next read reports it.
  connection.on('error', () => {})
  return connection
}

function sampleOf(values: ReadonlyMap<string, number>): MysqlSample {
  const counters = Object.entries(STATUS).map(([variable, name]) => [name, values.get(variable) ?? 0])
  return { uptimeSeconds: values.get('Uptime') ?? 0, counters: Object.fromEntries(counters) as MysqlCounters }
}

export function mysqlDelta(first: MysqlCounters, last: MysqlCounters): MysqlCounters {
  const names = Object.keys(first) as (keyof MysqlCounters)[]
  return Object.fromEntries(names.map((name) => [name, last[name] - first[name]])) as unknown as MysqlCounters
}

/** Of all servers together; null: one of them was not read. */
export function mysqlSum(servers: readonly (MysqlCounters | null)[]): MysqlCounters | null {
  return servers.reduce((total, counters) => {
    if (total === null || counters === null) return null
    const names = Object.keys(total) as (keyof MysqlCounters)[]
    return Object.fromEntries(names.map((name) => [name, total[name] + counters[name]])) as unknown as MysqlCounters
  })
}
