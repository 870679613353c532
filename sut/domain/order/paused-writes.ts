// Writes that had to wait for a flip, by shard: those that saw that the board is closed, and those that had not heard of it
// yet, which the store's fence refused.

import { Counter } from 'prom-client'
import type { Metrics } from '../../telemetry/metrics.ts'

export type PausedWrites = Counter<'shard' | 'cause'>

export function pausedWrites({ registry }: Metrics): PausedWrites {
  return new Counter({
    name: 'headroom_paused_writes_total',
    help: 'Waits of a write for a flip to end, by the shard of its user: closed, or fenced by the store itself',
    labelNames: ['shard', 'cause'],
    registers: [registry],
  })
}
