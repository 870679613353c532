// handleSummary(): k6's own counts beside ours. The measurements compare them with the journal; a person who ran plain
// k6 reads the lines.

import { settings } from './settings.ts'

interface Metric {
  readonly values: Readonly<Record<string, number>>
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>
}

export function handleSummary(data: { readonly metrics: Readonly<Record<string, Metric>> }): Record<string, string> {
  if (settings.summaryPath !== null) return { [settings.summaryPath]: JSON.stringify(data) }
  return { stdout: text(data.metrics) }
}

function text(metrics: Readonly<Record<string, Metric>>): string {
  const value = (metric: string, statistic: string) => metrics[metric]?.values[statistic] ?? 0
  const times = (metric: string) =>
    ['med', 'p(95)', 'p(99)', 'max'].map((name) => `${name} ${value(metric, name).toFixed(1)} ms`).join('   ')
  const crossed = Object.entries(metrics).flatMap(([name, { thresholds }]) =>
    Object.entries(thresholds ?? {}).flatMap(([rule, { ok }]) => (ok ? [] : [`  crossed         ${name} ${rule}`])),
  )
  return [
    '',
    `  iterations      ${value('iterations', 'count')} (${value('iterations', 'rate').toFixed(1)}/s), dropped ${value('dropped_iterations', 'count')}`,
    `  right answers   ${(100 * value('checks', 'rate')).toFixed(2)} %`,
    `  service time    ${times('http_req_duration')}`,
    `  from due time   ${times('from_intended_start')}`,
    ...protection(metrics),
    ...crossed,
    '',
    '  A verdict needs more than k6 says (steadiness, the generator itself, the engines): npm run load.',
    '',
  ].join('\n')
}

/** k6's own work before a request is due: beside the times above, not in them. */
function protection(metrics: Readonly<Record<string, Metric>>): readonly string[] {
  const values = metrics.request_protection?.values
  if (values === undefined) return []
  const { count = 0, avg = 0 } = values
  return [`  to sign, seal   mean ${avg.toFixed(2)} ms of k6 for each of ${count} requests, before it was due`]
}
