// How the servers are doing: connections, who waits for one, and what went wrong on which shard.

import { Counter, Gauge } from 'prom-client'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Bulkhead } from './bulkhead.ts'

export interface LaneFault {
  readonly server: string
  readonly lane: string
  readonly fault: string
}

/** One of a process, however many pools it opens: a migration needs a second one. */
const OF_PROCESS = new WeakMap<Metrics, MysqlMetrics>()

export class MysqlMetrics {
  readonly #bulkheads = new Map<string, Bulkhead>()
  readonly #faults: Counter<keyof LaneFault>
  readonly #abandoned: Counter<'server'>

  constructor({ registry }: Metrics) {
    const registers = [registry]
    const gauge = (name: string, help: string, read: (bulkhead: Bulkhead) => number) => {
      const bulkheads = this.#bulkheads
      new Gauge({
        name,
        help,
        labelNames: ['server'],
        registers,
        collect() {
          for (const [server, bulkhead] of bulkheads) this.set({ server }, read(bulkhead))
        },
      })
    }
    gauge('headroom_mysql_connections_used', 'Connections of requests in use', ({ used }) => used)
    gauge('headroom_mysql_connections_limit', 'Connections of requests at most', ({ limits }) => limits.slots)
    gauge('headroom_mysql_connection_waiters', 'Calls waiting for a connection', ({ waiting }) => waiting)
    gauge('headroom_mysql_connections_doubted', 'Lost, while the server may work on', ({ doubted }) => doubted)
    this.#faults = new Counter({
      name: 'headroom_mysql_faults_total',
      help: 'Statements that failed, by shard (or kind of work) and cause',
      labelNames: ['server', 'lane', 'fault'],
      registers,
    })
    this.#abandoned = new Counter({
      name: 'headroom_mysql_abandoned_total',
      help: 'Connections given up, whose statement was then ended on the server',
      labelNames: ['server'],
      registers,
    })
  }

  static of(metrics: Metrics): MysqlMetrics {
    const known = OF_PROCESS.get(metrics) ?? new MysqlMetrics(metrics)
    OF_PROCESS.set(metrics, known)
    return known
  }

  watch(server: string, bulkhead: Bulkhead): void {
    this.#bulkheads.set(server, bulkhead)
  }

  countFault(fault: LaneFault): void {
    this.#faults.inc({ ...fault })
  }

  countAbandoned(server: string): void {
    this.#abandoned.inc({ server })
  }
}
