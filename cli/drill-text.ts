// What a drill found, in lines for people.

import type { DrillReport, FaultReport } from '../measurements/drill/drill.ts'
import type { FlowEffect } from '../measurements/drill/fault-effect.ts'
import type { OrderLedger } from '../measurements/drill/order-ledger.ts'

export function drillText({ ratePerSecond, faults, orders }: DrillReport): string {
  const lines = [
    `All flows together at ${ratePerSecond}/s.`,
    ...faults.flatMap((fault) => ['', ...faultLines(fault)]),
    '',
    ...orderLines(orders),
  ]
  return `${lines.join('\n')}\n`
}

function faultLines({ what, lastedSeconds, flows }: FaultReport): readonly string[] {
  return [
    `${what}, for ${lastedSeconds.toFixed(1)} s:`,
    ...Object.entries(flows).map(([flow, effect]) => `  ${flow.padEnd(9)} ${effectText(effect)}`),
  ]
}

function effectText({ requests, failures, p95Ms, calmP95Ms, secondsUntilBack }: FlowEffect): string {
  const failed = failures.reduce((sum, { count }) => sum + count, 0)
  const latency = `p95 of the answers ${milliseconds(p95Ms)} (calm: ${milliseconds(calmP95Ms)})`
  if (failed === 0) return `all ${requests} answered; ${latency}`
  const kinds = failures.map(({ what, count }) => `${count} × ${what}`).join(', ')
  const back = secondsUntilBack === 0 ? 'none after its end' : `the last ${secondsUntilBack.toFixed(1)} s after its end`
  return `${failed} of ${requests} failed (${kinds}), ${back}; ${latency}`
}

function orderLines({
  acknowledged,
  missing,
  wrong,
  unknown,
  refused,
  stored,
  excess,
}: OrderLedger): readonly string[] {
  return [
    `Orders: ${acknowledged} acknowledged, of which ${missing} are missing; ${wrong} paid or cancelled and not so; ${unknown} unknown to their users, ${refused} refused.`,
    `Stored: ${stored}, of which ${excess} are too many (twice, or although refused).`,
  ]
}

function milliseconds(valueMs: number | null): string {
  return valueMs === null ? 'unknown' : `${valueMs.toFixed(0)} ms`
}
