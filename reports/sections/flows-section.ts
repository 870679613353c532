// The capacity curve of every measured flow: throughput and p99 against the offered rate.

import type { Capacity, CapacityFit, CapacityPoint, FlowCapacity, FlowCurve } from '../../contracts/capacity.ts'
import type { Interval } from '../../contracts/plan.ts'
import { bracketText } from '../bracket.ts'
import type { Chart } from '../charts/chart.ts'
import { html, type Markup } from '../html.ts'
import { isOneMachine } from '../measured-target.ts'
import { exact, ms, percent, perSecond, range, significant } from '../quantity.ts'
import { outcomeBadge } from './badge.ts'
import { chartFigure } from './chart-figure.ts'
import { wideTable } from './wide-table.ts'

export function flowsSection(capacity: Capacity, charts: ReadonlyMap<string, readonly Chart[]>): Markup {
  const missing = capacity.flowsNotMeasured
  return html`
<section id="flows" aria-labelledby="flows-title">
  <h2 id="flows-title">Capacity of ${isOneMachine(capacity.target) ? 'one machine' : 'the target'}, per flow</h2>
  <p class="lead">Each point is one window in which a rate was held; probes are drawn and prove nothing. Latency counts from the moment a request was due: what a user waits. The shaded band is the operating point's bracket.${missing.length > 0 ? ` Not measured in this run: ${missing.join(', ')}.` : ''}</p>
  ${[...capacity.flows, ...capacity.ownFlows].map((flow) => flowCard(flow, charts.get(flow.flow) ?? []))}
</section>`
}

function flowCard(flow: FlowCapacity | FlowCurve, charts: readonly Chart[]): Markup {
  return html`
<div class="card">
  <div class="flow-head"><h3>${flow.flow}${flow.measured === 'mix' ? ' (within the mix)' : ''}</h3><p>operating point: <strong>${pointText(flow)}</strong></p></div>
  <div class="pair">${charts.map(chartFigure)}</div>
  <div class="notes">
    <p><strong>Asked for:</strong> p99 ≤ ${ms(flow.targetP99Ms)}, errors ≤ ${percent(flow.targetErrorRate)}; ${ratesText(flow)}.</p>
    ${flow.searched === null ? null : html`<p><strong>What the search found:</strong> ${flow.searched.found}.</p>`}
    <p><strong>What kept higher rates from passing:</strong> ${flow.limitedBy ?? 'nothing did; the highest rate offered still passed'}.</p>
    ${'machinesForPeak' in flow ? machinesLine(flow) : null}
    <p><strong>Fitted curve:</strong> ${flow.fit === null ? `none drawn: ${flow.fitReason ?? ''}` : `throughput peaks at ${perSecond(flow.fit.peakThroughputPerSecond)} with ${inFlight(flow.fit)} requests in flight (${flow.fit.method})`}.</p>
  </div>
  <details><summary>All steps of ${flow.flow}, exact</summary>${stepTable(flow)}</details>
</div>`
}

function ratesText({ ordinaryPerSecond, peakPerSecond }: FlowCurve): string {
  const ordinary = ordinaryPerSecond === null ? [] : [`ordinary ${perSecond(ordinaryPerSecond)}`]
  const peak = peakPerSecond === null ? [] : [`peak second ${perSecond(peakPerSecond.mid)}${around(peakPerSecond)}`]
  return [...ordinary, ...peak].join('; ') || 'the plan names no rate'
}

/** Of a known number there is nothing more to say. */
function around({ low, high }: Interval): string {
  return low === high ? '' : ` (${range(low, high, perSecond)})`
}

function machinesLine({ machinesForPeak, machinesReason }: FlowCapacity): Markup {
  const machines =
    machinesForPeak === null
      ? 'not known'
      : `${exact(machinesForPeak.mid)} (${range(machinesForPeak.low, machinesForPeak.high, exact)})`
  return html`<p><strong>Machines for the peak:</strong> ${machines}: ${machinesReason}.</p>`
}

/** Where the search states one, with its interval; else the rates that are proven. */
function pointText(flow: FlowCurve): string {
  const point = flow.searched?.operatingPoint ?? null
  if (point === null) return bracketText(flow) ?? 'none found'
  const { low, high } = point.interval
  const interval = high === null ? `${perSecond(low)} or more` : range(low, high, perSecond)
  return `${perSecond(point.ratePerSecond)} (${interval})`
}

function inFlight({ atConcurrency, atConcurrencyInterval: interval }: CapacityFit): string {
  return interval === null
    ? significant(atConcurrency)
    : `${significant(atConcurrency)} (${range(interval.low, interval.high, significant)})`
}

function stepTable({ flow, points }: FlowCurve): Markup {
  return wideTable(
    `Steps of ${flow}`,
    html`<thead><tr><th scope="col">Step</th><th scope="col" class="number">Offered /s</th><th scope="col" class="number">Right answers /s</th><th scope="col" class="number">p99</th><th scope="col" class="number">Service p99</th><th scope="col" class="number">Errors</th><th scope="col" class="number">Dropped</th><th scope="col" class="number">Samples</th><th scope="col" class="number">Held</th><th scope="col" class="number">CPU generator / machine</th><th scope="col">Why</th></tr></thead>
<tbody>${points.map(stepRow)}</tbody>`,
  )
}

function stepRow(point: CapacityPoint): Markup {
  const number = (text: string) => html`<td class="number">${text}</td>`
  const share = (value: number | null) => (value === null ? '–' : percent(value))
  return html`<tr><td>${outcomeBadge(point.outcome)}</td>${number(significant(point.offeredPerSecond, 4))}${number(significant(point.goodPerSecond, 4))}${number(point.p99Ms === null ? '–' : ms(point.p99Ms))}${number(point.serviceP99Ms === null ? '–' : ms(point.serviceP99Ms))}${number(percent(point.errorRate))}${number(exact(point.dropped))}${number(exact(point.samples))}${number(`${significant(point.durationSeconds)} s`)}${number(`${share(point.generatorCpu)} / ${share(point.machineCpu)}`)}<td class="why">${point.reasons.join('; ')}</td></tr>`
}
