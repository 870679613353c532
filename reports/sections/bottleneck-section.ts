// What gives first, from CPU per request and component.

import type { Capacity, FlowBottleneck } from '../../contracts/capacity.ts'
import type { Chart } from '../charts/chart.ts'
import { html, type Markup } from '../html.ts'
import { ms, percent, perSecond, significant } from '../quantity.ts'
import { chartFigure } from './chart-figure.ts'

export function bottleneckSection({ bottlenecks }: Capacity, chart: Chart | null): Markup {
  return html`
<section id="bottleneck" aria-labelledby="bottleneck-title">
  <h2 id="bottleneck-title">What gives first</h2>
  <p class="lead">CPU per request at the highest valid step (service demand law, D = U ÷ X). The component that is full at the lowest rate gives first. Disks, locks and connection pools are not in these figures: where p99 fails well below that rate, one of them is the suspect.</p>
  <div class="card">
    ${chart === null ? null : chartFigure(chart)}
    <div class="notes">${bottlenecks.map(({ flow, reason }) => html`<p><strong>${flow}:</strong> ${reason}.</p>`)}</div>
    <details><summary>All components, exact</summary><div class="scroll">${componentTable(bottlenecks)}</div></details>
  </div>
</section>`
}

function componentTable(bottlenecks: readonly FlowBottleneck[]): Markup {
  return html`<table><caption>CPU of every component</caption>
<thead><tr><th scope="col">Flow</th><th scope="col">Component</th><th scope="col" class="number">CPU per request</th><th scope="col" class="number">Busy</th><th scope="col" class="number">of cores</th><th scope="col" class="number">Full at</th></tr></thead>
<tbody>${bottlenecks.flatMap(({ flow, rows }) =>
    rows.map(
      (row) =>
        html`<tr><td>${flow}</td><th scope="row">${row.component}</th><td class="number">${ms(row.demandMs)}</td><td class="number">${percent(row.utilisation)}</td><td class="number">${significant(row.servers)}</td><td class="number">${row.saturatesAtPerSecond === null ? '–' : perSecond(row.saturatesAtPerSecond)}</td></tr>`,
    ),
  )}</tbody></table>`
}
