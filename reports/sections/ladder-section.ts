// The answer about full tables with its evidence: rungs, predictions made before them, pool misses, work on the table.
// Where nothing was measured, it is said here, with the command that measures it.

import type { Capacity } from '../../contracts/capacity.ts'
import type {
  HeldRate,
  HighestRate,
  Ladder,
  LadderFlow,
  Rung,
  RungPool,
  Study,
  StudyName,
} from '../../contracts/ladder.ts'
import type { Chart } from '../charts/chart.ts'
import type { LadderCharts } from '../charts/charts-of.ts'
import { POOL_NAMES } from '../charts/rows-axis.ts'
import { FULL_TABLES, fullRung, VALIDATE_COMMAND } from '../full-tables.ts'
import { html, type Markup } from '../html.ts'
import { bytes, compact, exact, ms, percent, perSecond, plural, range, significant } from '../quantity.ts'
import { badge, outcomeBadge } from './badge.ts'
import { chartFigure } from './chart-figure.ts'
import { wideTable } from './wide-table.ts'

const PAGE_BYTES = 16_384

export function ladderSection({ ladder, claims, answer }: Capacity, charts: LadderCharts | null): Markup {
  const own = claims.filter(({ id }) => id.endsWith(FULL_TABLES))
  const line = answer.find(({ about }) => about === 'Full tables')
  return html`
<section id="full-tables" aria-labelledby="full-tables-title">
  <h2 id="full-tables-title">Full tables</h2>
  <p class="lead">${line?.sentence ?? 'Whether a full table answers within its targets was not asked in this run.'}</p>
  ${own.length === 0 ? null : html`<div class="card"><ul class="answer">${own.map(({ verdict, claim, reason }) => html`<li>${badge(verdict)}<p>${claim} ${reason}</p></li>`)}</ul></div>`}
  ${ladder === null || charts === null ? html`<div class="card"><p>No ladder was climbed in this run, so how latency and rate move with the rows is not known. <code>${VALIDATE_COMMAND}</code> fills the tables of one shard to the plan's limit, rung by rung, and measures at each; <code>npm run validate</code> ends at 5 million at most.</p></div>` : climbed(ladder, charts)}
</section>`
}

function climbed(ladder: Ladder, charts: LadderCharts): Markup {
  return html`
  ${ladder.asked.flows.map((flow) => flowCard(ladder, flow, charts.flows.get(flow) ?? []))}
  <div class="card">${chartFigure(charts.misses)}
    <dl class="facts">
      <dt>The plan's pool</dt><dd>${percent(ladder.planPool.share)} of the data: ${ladder.planPool.basis}</dd>
      <dt>Time</dt><dd>${timeText(ladder)}</dd>
    </dl>
    <details><summary>Rungs and pools, exact</summary>${rungsTable(ladder)}</details>
  </div>
  ${studiesCard(ladder)}
  ${fullRung(ladder) === undefined ? html`<p class="why">Nothing is drawn beyond the top rung: how the table answers at ${compact(ladder.limitOrders)} rows was not measured.</p>` : null}`
}

function flowCard(ladder: Ladder, flow: LadderFlow, charts: readonly Chart[]): Markup {
  const rates = ladder.rates[flow]
  const cells = ladder.rungs.flatMap((rung) => rung.pools.flatMap((pool) => flowRow(rung, pool, flow)))
  return html`
<div class="card">
  <div class="flow-head"><h3>${flow}</h3><p>${rates === undefined ? null : `a full table gets ${perSecond(rates.sharePerSecond)} on an ordinary day, ${perSecond(rates.peakSharePerSecond)} in the busiest second`}</p></div>
  <div class="pair">${charts.map(chartFigure)}</div>
  <p class="why">Lines and dots are measured, with the range of the repeats or the interval of the search. Diamonds and pale bars are predictions, written down before the rung was measured.</p>
  <details><summary>Every rung of ${flow}, exact</summary>${wideTable(
    `${flow}, rung by rung`,
    html`<thead><tr><th scope="col">Rows</th><th scope="col">Pool</th><th scope="col" class="number">p99 cold</th><th scope="col" class="number">p99 warm, repeats</th><th scope="col" class="number">predicted</th><th scope="col">Together</th><th scope="col" class="number">Highest rate</th><th scope="col" class="number">predicted</th><th scope="col" class="number">Page requests</th><th scope="col" class="number">Misses</th><th scope="col" class="number">CPU MySQL / all, ms</th></tr></thead>
<tbody>${cells}</tbody>`,
  )}</details>
</div>`
}

function flowRow({ counted }: Rung, { pool, cold, flows, predicted }: RungPool, flow: LadderFlow): readonly Markup[] {
  const measured = flows[flow]
  if (measured === undefined) return []
  const {
    common,
    share,
    highest,
    pageGetsPerRequest: gets,
    missesPerRequest: misses,
    mysqlCpuMsPerRequest: mysql,
    cpuMsPerRequest: all,
  } = measured
  const before = predicted[flow] ?? null
  const held = common ?? share
  const number = (value: number | null) => (value === null ? '–' : significant(value))
  return [
    html`<tr><th scope="row">${compact(counted.orders)}</th><td>${POOL_NAMES[pool]}</td><td class="number">${p99Text(cold?.[flow])}</td><td class="number">${held === null ? '–' : held.repeats.map(p99Text).join(', ')}</td><td class="number">${before === null ? 'none' : predictedText(before.p99Ms, ms)}</td><td>${held === null ? '–' : html`${outcomeBadge(held.judgement.outcome)} at ${perSecond(held.ratePerSecond)}`}</td><td class="number">${highestText(highest)}</td><td class="number">${before === null || before.ratePerSecond === null ? 'none' : predictedText(before.ratePerSecond, perSecond)}</td><td class="number">${number(gets)}</td><td class="number">${number(misses)}</td><td class="number">${number(mysql)} / ${number(all)}</td></tr>`,
  ]
}

function p99Text(held: HeldRate | undefined): string {
  if (held === undefined) return '–'
  const spoilt = held.invalid.length === 0 ? '' : ` (${held.invalid.join(', ')})`
  return `${held.p99Ms === null ? 'unknown' : ms(held.p99Ms)}${spoilt}`
}

function predictedText(
  predicted: { readonly value: number; readonly low: number; readonly high: number },
  text: (value: number) => string,
): string {
  return `${text(predicted.value)} (${range(predicted.low, predicted.high, text)})`
}

function highestText(highest: HighestRate | null): string {
  if (highest === null) return 'not found'
  const { ratePerSecond, low, high } = highest
  return `${perSecond(ratePerSecond)} (${high === null ? `${perSecond(low)} or more` : range(low, high, perSecond)})`
}

function rungsTable({ rungs }: Ladder): Markup {
  return wideTable(
    'What was in the tables and in memory',
    html`<thead><tr><th scope="col" class="number">Orders counted</th><th scope="col" class="number">Items</th><th scope="col" class="number">Payments</th><th scope="col" class="number">Data</th><th scope="col" class="number">Filled in</th><th scope="col">Pool</th><th scope="col" class="number">Size</th><th scope="col" class="number">Hits</th><th scope="col">Flush method</th></tr></thead>
<tbody>${rungs.flatMap((rung) => rung.pools.map((pool) => rungRow(rung, pool)))}</tbody>`,
  )
}

function rungRow(
  { counted, pages, fillSeconds }: Rung,
  { pool, poolBytes, wantedBytes, hitRatio, flushMethod }: RungPool,
): Markup {
  const isShort = wantedBytes > 1.05 * poolBytes
  const size = `${bytes(poolBytes)}${isShort ? ` of ${bytes(wantedBytes)}: more this machine cannot hold` : ''}`
  return html`<tr><th scope="row" class="number">${exact(counted.orders)}</th><td class="number">${exact(counted.orderItems)}</td><td class="number">${exact(counted.payments)}</td><td class="number">${bytes(pages * PAGE_BYTES)}</td><td class="number">${durationText(fillSeconds)}</td><td>${POOL_NAMES[pool]}</td><td class="number">${size}</td><td class="number">${hitRatio === null ? '–' : percent(hitRatio)}</td><td>${flushMethod}</td></tr>`
}

function timeText({ spent }: Ladder): string {
  const { fillSeconds, measureSeconds, studySeconds, otherSeconds } = spent
  const all = fillSeconds + measureSeconds + studySeconds + otherSeconds
  return `${durationText(all)}: filling ${durationText(fillSeconds)}, measuring ${durationText(measureSeconds)}, work on the table ${durationText(studySeconds)}, the rest ${durationText(otherSeconds)}`
}

const STUDY_TEXT: Readonly<Record<StudyName, string>> = {
  'add-column': 'Add a column while orders are placed',
  'add-index': 'Add an index while orders are placed',
  'drop-index': 'Drop it again',
  dump: 'Dump all orders',
  restore: 'Restore them',
  'cold-restart': 'Restart: until p99 is back',
  'recovery-after-kill': 'Kill -9: until the server answers',
}

function studiesCard({ studies, asked }: Ladder): Markup {
  if (studies.length === 0) {
    return html`<div class="card"><p>Work on the table was ${asked.studies ? 'not reached' : 'left out'}: schema changes, dump, restore, cold restart and recovery are not known.</p></div>`
  }
  return html`
<div class="card">${wideTable(
    `Work on the table at the top rung, ${plural(studies[0]?.orders ?? 0, 'row')}`,
    html`<thead><tr><th scope="col">What</th><th scope="col" class="number">Takes</th><th scope="col">Basis</th><th scope="col">Load beside it</th><th scope="col">How</th></tr></thead>
<tbody>${studies.map(studyRow)}</tbody>`,
  )}</div>`
}

function studyRow({ name, seconds, projected, note, beside }: Study): Markup {
  const p99 =
    beside === null
      ? '–'
      : `${beside.flow} at ${perSecond(beside.ratePerSecond)}, p99 ${beside.p99Ms === null ? 'unknown' : ms(beside.p99Ms)}`
  return html`<tr><th scope="row">${STUDY_TEXT[name]}</th><td class="number">${seconds === null ? 'not known' : durationText(seconds)}</td><td>${projected ? 'projected from a part' : 'measured'}</td><td>${p99}</td><td class="why">${note}</td></tr>`
}

function durationText(seconds: number): string {
  if (seconds >= 120) return `${significant(seconds / 60)} min`
  return seconds >= 0.1 ? `${significant(seconds)} s` : ms(1000 * seconds)
}
