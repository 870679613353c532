// What the order system is compared with: a bare Fastify route with the same statements on the same driver with the same
// settings. No layer, no token, no validation, no cache, no catalogue, no relay.

import Fastify from 'fastify'
import mysql from 'mysql2'
import type { OrderId } from '../../contracts/order-id.ts'
import { composeOrderId } from '../../contracts/order-id.ts'
import { shardOf } from '../../contracts/shard.ts'
import type { PlaceOrder } from '../domain/order/order-service.ts'
import { newOrder, responseOf } from '../domain/order/place-order.ts'
import type { Statement } from '../storage/mysql-lane.ts'
import { ownOrdersQuery } from '../storage/order-tables.ts'
import { placementStatements } from '../storage/sharded-store/sharded-statements.ts'
import { wholeOrderQueries } from '../storage/whole-order.ts'
import { type BENCH_ITEMS, CONCURRENCY, PAGE } from './workload.ts'

const url = new URL(process.env.HEADROOM_MYSQL_URL ?? '')
const socketPath = process.env.HEADROOM_MYSQL_SOCKET
const pool = mysql.createPool({
  ...(socketPath ? { socketPath } : { host: url.hostname, port: Number(url.port || 3306) }),
  user: decodeURIComponent(url.username),
  password: decodeURIComponent(url.password),
  database: url.pathname.slice(1),
  connectionLimit: CONCURRENCY,
  supportBigNumbers: true,
  bigNumberStrings: true,
  jsonStrings: true,
  charset: 'utf8mb4',
  multipleStatements: true,
})

function query(statements: readonly Statement[]): Promise<unknown> {
  const sql = statements.map((statement) => statement.sql).join('; ')
  const values = statements.flatMap((statement) => statement.values)
  return new Promise((resolve, reject) =>
    pool.query(sql, values, (error, rows) => (error ? reject(error) : resolve(rows))),
  )
}

const BEGIN = { sql: 'BEGIN', values: [] }
const COMMIT = { sql: 'COMMIT', values: [] }
let sequence = 0

async function transaction(userId: number, key: string, items: typeof BENCH_ITEMS) {
  const timestampMs = Date.now()
  sequence = (sequence + 1) % 1024
  // Worker 0 is the seeder's: no id of a running service is met.
  const orderId = composeOrderId({ timestampMs, shard: shardOf(userId), worker: 0, sequence })
  const request: PlaceOrder = {
    userId,
    idempotencyKey: key,
    requestHash: '0'.repeat(64),
    channel: 'app',
    region: 1,
    paymentMethod: 'card',
    items: items.map((item, index) => ({ ...item, lineNo: index + 1, unitPriceCents: 100 })),
  }
  const order = newOrder(request, orderId, timestampMs)
  const response = responseOf(order.order)
  await query([BEGIN, ...placementStatements(order, null), COMMIT])
  return response
}

const app = Fastify({ logger: false })
app.get<{ Params: { userId: string } }>('/list/:userId', ({ params }) =>
  query([ownOrdersQuery({ userId: Number(params.userId), limit: PAGE })]),
)
app.get<{ Params: { userId: string; orderId: string } }>('/detail/:userId/:orderId', ({ params }) =>
  query(wholeOrderQueries({ userId: Number(params.userId), orderId: params.orderId as OrderId })),
)
app.post<{ Params: { userId: string; key: string }; Body: { readonly items: typeof BENCH_ITEMS } }>(
  '/checkout/:userId/:key',
  ({ params, body }) => transaction(Number(params.userId), params.key, body.items),
)
app.get('/cpu', async () => process.cpuUsage())

await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address()
process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
process.on('disconnect', () => process.exit(0))
