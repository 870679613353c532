// Rows per table against the limit, and the month in which it falls.

import type { Seeding, TableProjection } from '../../contracts/capacity.ts'
import type { Chart } from '../charts/chart.ts'
import { html, type Markup } from '../html.ts'
import { compact, exact, percent, probability, significant } from '../quantity.ts'
import { chartFigure } from './chart-figure.ts'
import { wideTable } from './wide-table.ts'

export function tablesSection(tables: TableProjection, seeding: Seeding, charts: readonly Chart[]): Markup {
  const { crossing, limit } = tables
  const when = (month: string | null) => month ?? 'not within the horizon'
  return html`
<section id="tables" aria-labelledby="tables-title">
  <h2 id="tables-title">Rows per table</h2>
  <p class="lead">Pale bars are the plan's projection to the horizon; the dark foot of a bar is what was counted by <code>COUNT(*)</code> during this run.</p>
  <div class="card pair">${charts.map(chartFigure)}</div>
  <div class="card">
    <dl class="facts">
      <dt>Limit passed by the fullest table</dt><dd>low growth: ${when(crossing.low)} · as planned: <strong>${when(crossing.mid)}</strong> · high growth: ${when(crossing.high)}</dd>
      <dt>Chance that any table passes ${compact(limit)}</dt><dd>P = ${probability(tables.probabilityAnyTableExceeds)} <span class="why">(${tables.probabilityMethod})</span></dd>
      <dt>Last month to decide on more tables</dt><dd>${tables.decideBy ?? 'none within the horizon'}</dd>
      <dt>Skew</dt><dd>the fullest table, <code>orders_${String(tables.fullestShard).padStart(2, '0')}</code>, holds ${significant(tables.fullestOverMean, 4)} times the mean</dd>
      <dt>Counted now</dt><dd>${seeding.countedOrders === null ? 'not counted' : `${exact(seeding.countedOrders)} orders`}${seeding.shareOfPlan === null ? '' : `, ${percent(seeding.shareOfPlan)} of the plan`}</dd>
    </dl>
    <details><summary>All tables, exact</summary>${tableOfTables(tables)}</details>
  </div>
</section>`
}

function tableOfTables({ tables, limit }: TableProjection): Markup {
  return wideTable(
    'Rows of every order table',
    html`<thead><tr><th scope="col">Table</th><th scope="col" class="number">Projected rows</th><th scope="col" class="number">Share of limit</th><th scope="col" class="number">Counted rows</th></tr></thead>
<tbody>${tables.map(
      ({ shard, projectedRows, countedRows }) =>
        html`<tr><th scope="row">orders_${String(shard).padStart(2, '0')}</th><td class="number">${exact(Math.round(projectedRows))}</td><td class="number">${percent(projectedRows / limit)}</td><td class="number">${countedRows === null ? '–' : exact(countedRows)}</td></tr>`,
    )}</tbody>`,
  )
}
