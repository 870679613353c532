// The same order service, its calls for one user counted and timed by shard: a table that is slow or locked shows here.

import { Counter } from 'prom-client'
import { shardOf } from '../../../contracts/shard.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { type Metrics, type Outcome, outcomeOf } from '../../telemetry/metrics.ts'
import type { OrderService } from './order-service.ts'

export function measuredByShard(service: OrderService, { registry }: Metrics): OrderService {
  const calls = new Counter({
    name: 'headroom_shard_calls_total',
    help: 'Calls of the order service for one user, by the shard of the user',
    labelNames: ['shard', 'outcome'],
    registers: [registry],
  })
  const seconds = new Counter({
    name: 'headroom_shard_call_seconds_total',
    help: 'Time in these calls: divided by their number, the mean',
    labelNames: ['shard'],
    registers: [registry],
  })

  function measured<R extends { readonly userId: number }, A>(call: (request: R, context: CallContext) => Promise<A>) {
    return async (request: R, context: CallContext): Promise<A> => {
      const startedAtMs = performance.now()
      let outcome: Outcome = 'ok'
      try {
        return await call(request, context)
      } catch (error) {
        outcome = outcomeOf(error)
        throw error
      } finally {
        const shard = String(shardOf(request.userId))
        calls.inc({ shard, outcome })
        seconds.inc({ shard }, (performance.now() - startedAtMs) / 1000)
      }
    }
  }

  const { place, storedAnswer, find, changeStatus, list, numbered, numberedPage } = service
  return {
    ...service,
    place: measured(place),
    storedAnswer: measured(storedAnswer),
    find: measured(find),
    changeStatus: measured(changeStatus),
    list: measured(list),
    numbered: measured(numbered),
    numberedPage: measured(numberedPage),
  }
}
