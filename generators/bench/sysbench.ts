// sysbench's own `prepare`, the public reference: its rate is counted in row bytes, then in rows of ours.

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { SEEDED_FAMILIES } from '../../contracts/shard.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import type { Bench } from './contenders.ts'

/** sbtest: id and k of 4 bytes, c of 120 and pad of 60, all full. */
const SYSBENCH_ROW_BYTES = 188

const TYPE_BYTES: Readonly<Record<string, number>> = { BIGINT: 8, INT: 4, SMALLINT: 2, TINYINT: 1 }

export function hasSysbench(): boolean {
  return spawnSync('sysbench', ['--version']).status === 0
}

/** Rows of ours per second that sysbench would load at its bytes per second. */
export async function sysbenchPrepare({ stores, files, shards }: Bench): Promise<number> {
  const url = new URL(stores.mysql.url)
  const bytes = files.reduce((sum, { family, rows }) => sum + rows * rowBytes(family), 0)
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const words = [
    'oltp_insert',
    ...(stores.mysql.socketPath
      ? [`--mysql-socket=${stores.mysql.socketPath}`]
      : [`--mysql-host=${url.hostname}`, `--mysql-port=${url.port}`]),
    `--mysql-user=${decodeURIComponent(url.username)}`,
    `--mysql-password=${decodeURIComponent(url.password)}`,
    `--mysql-db=${url.pathname.slice(1)}`,
    `--tables=${shards.length}`,
    `--threads=${shards.length}`,
    `--table-size=${Math.round(bytes / SYSBENCH_ROW_BYTES / shards.length)}`,
  ]
  const run = promisify(execFile)
  await run('sysbench', [...words, 'cleanup'])
  const startedAtMs = performance.now()
  await run('sysbench', [...words, 'prepare'])
  const seconds = (performance.now() - startedAtMs) / 1000
  await run('sysbench', [...words, 'cleanup'])
  return rows / seconds
}

function rowBytes(family: (typeof SEEDED_FAMILIES)[number]): number {
  return TABLE_SHAPES[family].columns.reduce((sum, { type }) => sum + (TYPE_BYTES[type] ?? 0), 0)
}
