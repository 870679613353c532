// sysbench's `prepare`, the public reference, with rows of the same bytes: order-rows.lua.

import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connect } from '../store/mysql-connection.ts'
import { finishShard } from '../store/order-tables.ts'
import { type Contender, emptyTables, timed } from './contenders.ts'

const SCRIPT = fileURLToPath(new URL('./order-rows.lua', import.meta.url))

export function hasSysbench(): boolean {
  return spawnSync('sysbench', ['--version']).status === 0
}

export const sysbenchPrepare: Contender = async ({ stores, files, shards }) => {
  const { url, socketPath } = stores.mysql
  const { hostname, port, username, password, pathname } = new URL(url)
  const rowsOf = (family: string) => files.find((file) => file.family === family)?.rows ?? 0
  const [orders, items] = [rowsOf('orders'), rowsOf('order_items')]
  const words = [
    SCRIPT,
    ...(socketPath ? [`--mysql-socket=${socketPath}`] : [`--mysql-host=${hostname}`, `--mysql-port=${port || 3306}`]),
    `--mysql-user=${decodeURIComponent(username)}`,
    `--mysql-password=${decodeURIComponent(password)}`,
    `--mysql-db=${pathname.slice(1)}`,
    `--threads=${shards.length}`,
    `--orders=${orders}`,
    `--items=${items}`,
    'prepare',
  ]
  const connections = await Promise.all(shards.map(() => connect(stores.mysql)))
  try {
    await emptyTables(connections[0]!, shards)
    return await timed(async () => {
      await promisify(execFile)('sysbench', words)
      await Promise.all(connections.map((connection, at) => finishShard(connection, shards[at] ?? 0)))
      return shards.length * (2 * orders + items)
    })
  } finally {
    for (const connection of connections) connection.destroy()
  }
}
