// The order database: which server holds which shard, and a lane of its own for each shard and each kind of work.

import { ALL_SHARDS, type Shard } from '../../contracts/shard.ts'
import { type ShardMap, serverOf } from '../../contracts/shard-map.ts'
import { contextFor } from '../telemetry/call-context.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { MysqlLane } from './mysql-lane.ts'
import { MysqlMetrics } from './mysql-metrics.ts'
import { MysqlServer, type MysqlServerOptions } from './mysql-server.ts'

export interface MysqlPoolOptions extends MysqlServerOptions {
  readonly map: ShardMap
}

/** A server's lane for work on many of its shards at once. */
export interface ServerLane {
  readonly lane: MysqlLane
  readonly shards: readonly Shard[]
}

export const PING_LIMIT_MS = 1_500

export class MysqlPool {
  readonly #servers: readonly MysqlServer[]
  readonly #shards: readonly MysqlLane[]
  readonly #pings: readonly MysqlLane[]
  /** Catalogue and description of the data set. */
  readonly home: MysqlLane
  /** Order id workers: a shard's ids are of workers that its own server leased. */
  readonly leases: readonly ServerLane[]
  /** Rows of orders that a search found. */
  readonly search: readonly ServerLane[]
  readonly relay: readonly ServerLane[]
  /** Messages about orders. */
  readonly messages: readonly ServerLane[]
  /** What is forgotten in the background. */
  readonly upkeep: readonly ServerLane[]
  /** Whole orders from one store to the other, and what is noted about them. */
  readonly mirror: readonly ServerLane[]

  constructor({ map, ...options }: MysqlPoolOptions, metrics: Metrics) {
    const mysqlMetrics = MysqlMetrics.of(metrics)
    const servers = map.map((server) => ({ ...server, connections: new MysqlServer(server, options, mysqlMetrics) }))
    const home = servers[0] as (typeof servers)[number]
    this.#servers = servers.map(({ connections }) => connections)
    this.#shards = ALL_SHARDS.map((shard) => {
      const { connections } = servers[map.indexOf(serverOf(map, shard))] as (typeof servers)[number]
      return connections.lane(String(shard))
    })
    this.#pings = this.#servers.map((connections) => connections.reservedLane('ping'))
    this.home = home.connections.lane('home')
    const sharded = servers.filter(({ shards }) => shards.length > 0)
    const lanesOf = (laneOf: (connections: MysqlServer) => MysqlLane) =>
      sharded.map(({ connections, shards }) => ({ lane: laneOf(connections), shards }))
    this.search = lanesOf((connections) => connections.lane('search'))
    this.leases = lanesOf((connections) => connections.reservedLane('leases'))
    this.relay = lanesOf((connections) => connections.reservedLane('relay'))
    this.messages = lanesOf((connections) => connections.reservedLane('messages'))
    this.upkeep = lanesOf((connections) => connections.reservedLane('upkeep'))
    this.mirror = lanesOf((connections) => connections.reservedLane('mirror'))
  }

  shard(shard: Shard): MysqlLane {
    return this.#shards[shard] as MysqlLane
  }

  /** Of each server, by name. */
  get checks(): readonly { readonly name: string; readonly ping: () => Promise<unknown> }[] {
    return this.#servers.map(({ name }, at) => ({
      name,
      ping: () => (this.#pings[at] as MysqlLane).rows('SELECT 1', [], contextFor('ping', PING_LIMIT_MS)),
    }))
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()))
  }
}
