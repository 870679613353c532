// What came of the reads that were compared, by service and shard of the order: a table that differs shows here.

import { Counter } from 'prom-client'
import { type OrderId, shardOfOrder } from '../../contracts/order-id.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Verdict } from './judge-orders.ts'

/** Whose rows an order's fields are: they move together, and may differ apart. */
const SERVICES_COMPARED = ['order', 'payment'] as const
type ComparedService = (typeof SERVICES_COMPARED)[number]

type Outcome = Verdict['kind'] | 'missing' | 'extra' | 'skipped'

export class ComparedReadMetrics {
  readonly #orders: Counter<'service' | 'shard' | 'outcome'>

  constructor({ registry }: Metrics) {
    this.#orders = new Counter({
      name: 'headroom_compared_reads_total',
      help: 'Orders of reads that were also read in the other store, by service, shard and what came of it',
      labelNames: ['service', 'shard', 'outcome'],
      registers: [registry],
    })
  }

  judged(orderId: OrderId, verdict: Verdict): void {
    this.#count(orderId, (service) => outcomeFor(service, verdict))
  }

  /** Took longer than it may, or came when too many waited. */
  skipped(orderId: OrderId): void {
    this.#count(orderId, () => 'skipped')
  }

  #count(orderId: OrderId, outcomeOf: (service: ComparedService) => Outcome): void {
    const shard = shardOfOrder(orderId)
    for (const service of SERVICES_COMPARED) this.#orders.inc({ service, shard, outcome: outcomeOf(service) })
  }
}

export function outcomeFor(service: ComparedService, verdict: Verdict): Outcome {
  if (verdict.kind !== 'different') return verdict.kind
  const [first] = verdict.findings
  if (first?.kind === 'missing' || first?.kind === 'extra') return first.kind
  const isOwn = verdict.findings.some(
    ({ field, kind }) => kind === 'unreadable' || field.startsWith('payments') === (service === 'payment'),
  )
  return isOwn ? 'different' : 'alike'
}
