// Bounded connections to one MySQL server. A connection that was given up keeps its slot until what it did on the server
// has ended: so the server never works on more for us than it was meant to.

import { setTimeout as sleep } from 'node:timers/promises'
import { type ShardServer, serverName } from '../../contracts/shard-map.ts'
import { type CallContext, deadlineExceeded, remainingMs } from '../telemetry/call-context.ts'
import { AbandonedStatements } from './abandoned-statements.ts'
import { Bulkhead, type BulkheadLane } from './bulkhead.ts'
import { type MysqlConnection, openConnection } from './mysql-connection.ts'
import { asAnswer } from './mysql-errors.ts'
import { MysqlLane } from './mysql-lane.ts'
import type { MysqlMetrics } from './mysql-metrics.ts'

export interface MysqlServerOptions {
  /** Connections for requests. */
  readonly poolSize: number
  /** No statement may take longer on the server. */
  readonly statementLimitMs: number
  /** One lane may hold every connection: for work that is not told apart. */
  readonly isShared?: boolean
}

/** A shard may hold this part of the connections. */
const LANES_PER_POOL = 4
/** What opens later than that is ended as soon as it is there. */
const CLOSE_LIMIT_MS = 500
/** So many wait at most, before all slots of the process's front-end wait here. */
const WAITERS = 256
const WAITERS_PER_LANE = 32

export class MysqlServer {
  readonly name: string
  readonly #metrics: MysqlMetrics
  readonly #open: () => Promise<MysqlConnection>
  readonly #requests: Bulkhead
  /** Leases, relay, messages, upkeep and mirror go on, and health is told, while every request's slot is taken. */
  readonly #reserved = new Bulkhead({ slots: 6, slotsPerLane: 1, waiters: 16, waitersPerLane: 16 })
  readonly #idle: MysqlConnection[] = []
  readonly #abandoned: AbandonedStatements
  readonly #opening = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(
    server: ShardServer,
    { poolSize, statementLimitMs, isShared = false }: MysqlServerOptions,
    metrics: MysqlMetrics,
  ) {
    this.name = serverName(server)
    this.#metrics = metrics
    this.#open = () => openConnection(server, statementLimitMs)
    this.#requests = new Bulkhead({
      slots: poolSize,
      slotsPerLane: isShared ? poolSize : Math.ceil(poolSize / LANES_PER_POOL),
      waiters: WAITERS,
      waitersPerLane: isShared ? WAITERS : WAITERS_PER_LANE,
    })
    this.#abandoned = new AbandonedStatements(this.#open)
    metrics.watch(this.name, this.#requests)
  }

  /** For requests: one lane per shard, and one for each kind of work that is of no shard. */
  lane(name: string): MysqlLane {
    return this.#lane(name, this.#requests)
  }

  /** One connection that no request can take. */
  reservedLane(name: string): MysqlLane {
    return this.#lane(name, this.#reserved)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#abandoned.stop()
    await Promise.race([Promise.allSettled(this.#opening), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })])
    for (const connection of this.#idle.splice(0)) connection.end()
  }

  #lane(name: string, bulkhead: Bulkhead): MysqlLane {
    const lane = bulkhead.lane()
    return new MysqlLane({
      acquire: (context) => this.#acquire(bulkhead, lane, context),
      release: (connection) => this.#release(bulkhead, lane, connection),
      abandon: (connection) => this.#abandon(bulkhead, lane, connection),
      close: (connection) => {
        connection.destroy()
        bulkhead.release(lane)
      },
      noteFault: (fault) => this.#metrics.countFault({ server: this.name, lane: name, fault: fault.name }),
    })
  }

  async #acquire(bulkhead: Bulkhead, lane: BulkheadLane, context: CallContext): Promise<MysqlConnection> {
    if (!bulkhead.tryTake(lane)) await bulkhead.take(lane, context)
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.isUsable) return idle
      idle.end()
    }
    return this.#openFor(bulkhead, lane, context)
  }

  /** Who cannot wait for a new connection any longer leaves it to the next; its slot stays taken until it is there. */
  #openFor(bulkhead: Bulkhead, lane: BulkheadLane, context: CallContext): Promise<MysqlConnection> {
    return new Promise((resolve, reject) => {
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        reject(deadlineExceeded())
      }, leftMs(context))
      const opening = this.#open().then(
        (connection) => {
          clearTimeout(timer)
          this.#abandoned.prepare()
          if (isLate) this.#release(bulkhead, lane, connection)
          else resolve(connection)
        },
        (error) => {
          clearTimeout(timer)
          bulkhead.release(lane)
          reject(asAnswer(error))
        },
      )
      this.#opening.add(opening)
      void opening.finally(() => this.#opening.delete(opening))
    })
  }

  #release(bulkhead: Bulkhead, lane: BulkheadLane, connection: MysqlConnection): void {
    if (this.#isClosed) connection.end()
    else this.#idle.push(connection)
    bulkhead.release(lane)
  }

  #abandon(bulkhead: Bulkhead, lane: BulkheadLane, connection: MysqlConnection): void {
    connection.destroy()
    bulkhead.doubt(lane)
    this.#metrics.countAbandoned(this.name)
    void this.#abandoned.end(connection).finally(() => bulkhead.settle(lane))
  }
}

/** A context whose time is over is told so at once, not by an exception out of a timer's set-up. */
function leftMs(context: CallContext): number {
  try {
    return remainingMs(context)
  } catch {
    return 0
  }
}
