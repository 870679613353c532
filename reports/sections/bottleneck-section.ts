// What gives first, from CPU per request and component.

import type { Capacity, FlowBottleneck, RequestCounters } from '../../contracts/capacity.ts'
import type { Chart } from '../charts/chart.ts'
import { html, type Markup } from '../html.ts'
import { ms, percent, perSecond, range, significant } from '../quantity.ts'
import { chartFigure } from './chart-figure.ts'
import { wideTable } from './wide-table.ts'

export function bottleneckSection({ bottlenecks }: Capacity, chart: Chart | null): Markup {
  return html`
<section id="bottleneck" aria-labelledby="bottleneck-title">
  <h2 id="bottleneck-title">What gives first</h2>
  <p class="lead">CPU per request is the slope of a component's CPU over the rates of all windows; what it uses while nobody asks is its idle part. Generator and observer are apart: they are no part of the system. The component that is full at the lowest rate gives first. Where p99 fails well below that rate, locks, disks or pools are the suspects: see what the engines counted.</p>
  <div class="card">
    ${chart === null ? null : chartFigure(chart)}
    <div class="notes">${bottlenecks.map(({ flow, reason }) => html`<p><strong>${flow}:</strong> ${reason}.</p>`)}</div>
    <details><summary>All components, exact</summary>${componentTable(bottlenecks)}</details>
    <details><summary>What the engines counted, per request</summary>${counterTable(bottlenecks)}</details>
  </div>
</section>`
}

function componentTable(bottlenecks: readonly FlowBottleneck[]): Markup {
  return wideTable(
    'CPU of every component',
    html`<thead><tr><th scope="col">Flow</th><th scope="col">Component</th><th scope="col" class="number">CPU per request</th><th scope="col" class="number">95 % interval</th><th scope="col" class="number">Idle, cores</th><th scope="col" class="number">Busy</th><th scope="col" class="number">of cores</th><th scope="col" class="number">Full at</th></tr></thead>
<tbody>${bottlenecks.flatMap(({ flow, rows }) =>
      rows.map(
        (row) =>
          html`<tr><td>${flow}</td><th scope="row">${row.component}</th><td class="number">${ms(row.demandMs)}</td><td class="number">${row.demandSpreadMs === null ? 'unknown' : range(row.demandSpreadMs.low, row.demandSpreadMs.high, ms)}</td><td class="number">${significant(row.idleCores, 2)}</td><td class="number">${percent(row.utilisation)}</td><td class="number">${significant(row.servers)}</td><td class="number">${row.saturatesAtPerSecond === null ? '–' : perSecond(row.saturatesAtPerSecond)}</td></tr>`,
      ),
    )}</tbody>`,
  )
}

const COUNTERS: readonly (readonly [keyof RequestCounters, string])[] = [
  ['pageGets', 'Page gets'],
  ['poolMisses', 'Pool misses'],
  ['dataReads', 'Disk reads'],
  ['dataWrites', 'Disk writes'],
  ['fsyncs', 'Flushes'],
  ['redoBytes', 'Redo, bytes'],
  ['rowLockWaits', 'Lock waits'],
  ['searchRejections', 'Searches rejected'],
]

function counterTable(bottlenecks: readonly FlowBottleneck[]): Markup {
  return wideTable(
    'MySQL and Elasticsearch, per request',
    html`<thead><tr><th scope="col">Flow</th>${COUNTERS.map(([, name]) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${bottlenecks.map(
      ({ flow, counters }) =>
        html`<tr><th scope="row">${flow}</th>${COUNTERS.map(([counter]) => {
          const value = counters?.[counter] ?? null
          return html`<td class="number">${value === null ? '–' : significant(value)}</td>`
        })}</tr>`,
    )}</tbody>`,
  )
}
