// How far those behind are who are told of orders by messages, for whoever watches.

import type { MessageBacklog } from '../../storage/message-table.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

export class MessageMetrics {
  readonly told
  #backlogs: readonly MessageBacklog[] = []

  constructor(metrics: Metrics) {
    this.told = metrics.counter('headroom_messages_told_total', 'Changes of orders told on the streams')
    const sum = (read: (backlog: MessageBacklog) => number) =>
      this.#backlogs.reduce((all, backlog) => all + read(backlog), 0)
    metrics.gaugeBy('headroom_messages_left', 'Changes of orders that the streams were not told', 'state', () => [
      ['waiting', sum(({ waiting }) => waiting)],
      ['parked', sum(({ parked }) => parked)],
    ])
    metrics.gauge('headroom_message_lag_seconds', 'Age of the oldest change that waits to be told', () => {
      const oldest = this.#backlogs.flatMap(({ oldestAtMs }) => oldestAtMs ?? [])
      return oldest.length === 0 ? 0 : Math.max(0, Date.now() - Math.min(...oldest)) / 1000
    })
  }

  counted(backlogs: readonly MessageBacklog[]): void {
    this.#backlogs = backlogs
  }
}
