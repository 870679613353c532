// A whole order system with a monolith, behind nginx, and the switches in the hands of the test: what `npm run switch` does.

import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import { inject } from 'vitest'
import type { Engines } from '../contracts/engines.ts'
import { LEGACY_ROUTES, type LegacyAnswer, type LegacyOrderState } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { LEGACY_ORDERS_TABLE } from '../contracts/legacy-tables.ts'
import type { OrderId } from '../contracts/order-id.ts'
import { ALL_SHARDS, tableName } from '../contracts/shard.ts'
import { oneServer } from '../contracts/shard-map.ts'
import type { Topology } from '../contracts/sut-endpoint.ts'
import type { Phase, StoreName } from '../contracts/switches.ts'
import { bothLedgers, bothStores, closeBoth, openBoth } from './both-databases.ts'
import { drainBetween, tell } from './domain/order/close-gaps.ts'
import { KillableServices } from './killable-services.setup.ts'
import { grantMigration } from './prepare-migration.ts'
import { giveOrderIds } from './storage/legacy-store/backfill.ts'
import { LEGACY_MIGRATIONS } from './storage/legacy-store/legacy-migrations.ts'
import type { OrderStore } from './storage/order-store.ts'
import { migrate } from './storage/schema.ts'
import { beginMigration } from './switches/begin-migration.ts'
import type { FlipTools } from './switches/flip-run.ts'
import { movePhase } from './switches/move-phase.ts'
import { ANYBODY, BOTH_SERVICES } from './switches/two-ledgers.setup.ts'
import { contextFor } from './telemetry/call-context.ts'
import { Metrics } from './telemetry/metrics.ts'
import { startTestSystem, type TestSystem, testDatabase, token } from './test-system.setup.ts'

export interface MigratedSystem {
  readonly system: TestSystem
  readonly legacy: Awaited<ReturnType<typeof testDatabase>>
  readonly stores: Readonly<Record<StoreName, OrderStore>>
  readonly tools: FlipTools
  begin(): Promise<boolean>
  move(to: Phase, tools?: Partial<FlipTools>): ReturnType<typeof movePhase>
  /** Everything of the monolith's database, as the import does it. */
  importAll(): Promise<void>
  /** As compare-stores would note it. */
  compared(): Promise<void>
  /** Of every order that a store has: its number, once for each time that it is there. */
  numbersIn(store: StoreName): Promise<readonly number[]>
  gaps(): Promise<number>
  submit(userId: number, page?: string): Promise<LegacyAnswer<LegacyOrderState>>
  old(path: string, form: Readonly<Record<string, string | number>>, userId: number): Promise<LegacyAnswer<never>>
  readonly services: KillableServices
  stop(): Promise<void>
}

const IMPORTED_AT_ONCE = 500
const ITEMS = { productId: [5, 9], quantity: [2, 1] }
const within = () => contextFor('test', 20_000)

/** `fill`: the monolith's database, before anybody works on it. */
export async function startMigratedSystem(
  topology: Topology,
  fill: (legacyUrl: string) => Promise<unknown> = async () => {},
  engines: Engines = inject('engines'),
): Promise<MigratedSystem> {
  const legacy = await testDatabase(engines.legacyMysql.url)
  await fill(legacy.url)
  const system = await startTestSystem(engines, topology, legacy.url)
  const addresses = { legacy: { url: legacy.url }, sharded: oneServer({ url: system.mysqlUrl }) }
  const pools = openBoth(addresses, { poolSize: 8, statementLimitMs: 20_000 }, new Metrics())
  const stores = bothStores(pools)
  const ledgers = bothLedgers(pools)
  const tools: FlipTools = { ledgers, drain: drainBetween(stores) }
  const { endpoint } = system.sut
  const services = new KillableServices(system)
  const send = async (path: string, form: Readonly<Record<string, unknown>>, userId: number) => {
    const all = { token: token(endpoint.jwtSecret, userId, 'app'), ...form }
    const fields = Object.entries(all).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    )
    const { body } = await request(endpoint.baseUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
    return (await body.json()) as never
  }
  return {
    system,
    legacy,
    stores,
    tools,
    services,
    begin: async () => {
      await migrate(oneServer({ url: legacy.url }), LEGACY_MIGRATIONS)
      await grantMigration(addresses)
      const { signal } = new AbortController()
      await giveOrderIds(pools.legacy.home, { signal })
      return await beginMigration(ANYBODY, tools, () => giveOrderIds(pools.legacy.home, { signal }))
    },
    move: (to, more = {}) => movePhase(() => to, BOTH_SERVICES, ANYBODY, { ...tools, ...more }),
    importAll: async () => {
      const rows = await legacy.rows<{ order_id: OrderId }>(
        `SELECT order_id FROM ${LEGACY_ORDERS_TABLE} WHERE payment_no = 0`,
      )
      for (let at = 0; at < rows.length; at += IMPORTED_AT_ONCE) {
        const orderIds = rows.slice(at, at + IMPORTED_AT_ONCE).map(({ order_id }) => order_id)
        const { whole } = await stores.legacy.snapshots(orderIds, within())
        await tell({ from: stores.legacy, to: stores.sharded }, whole, within())
      }
    },
    compared: async () => {
      const { state } = (await ledgers.legacy.read())!
      const comparison = { beganRevision: state.revision, hasEnded: true, compared: 1, differences: 0 }
      await ledgers.legacy.saveComparison({ comparisonId: randomUUID(), ...comparison })
    },
    numbersIn: async (store) => {
      if (store === 'legacy') {
        const rows = await legacy.rows<{ id: string }>(`SELECT id FROM ${LEGACY_ORDERS_TABLE} WHERE kind = 1`)
        return rows.map(({ id }) => Number(id))
      }
      const orders = ALL_SHARDS.map((shard) => `SELECT order_id FROM ${tableName('orders', shard)}`).join(' UNION ALL ')
      const [rows, numbered] = await Promise.all([
        system.rows<{ order_id: OrderId }>(orders),
        system.rows<{ order_id: OrderId; legacy_no: string }>('SELECT order_id, legacy_no FROM legacy_numbers'),
      ])
      const numberOf = new Map(numbered.map(({ order_id, legacy_no }) => [order_id, Number(legacy_no)]))
      return rows.map(({ order_id }) => numberOf.get(order_id) ?? legacyNumberOf(order_id) ?? Number.NaN)
    },
    gaps: async () => {
      const counts = await Promise.all(Object.values(ledgers).map((ledger) => ledger.gaps()))
      return counts.reduce((sum, { gaps, parked }) => sum + gaps + parked, 0)
    },
    submit: (userId, page = randomUUID()) =>
      send(LEGACY_ROUTES.submit, { submitToken: page, channel: 0, region: 1, payMethod: 1, ...ITEMS }, userId),
    old: (path, form, userId) => send(path, form, userId),
    stop: async () => {
      await services.stop()
      await closeBoth(pools)
      await system.stop()
      await legacy.drop()
    },
  }
}
