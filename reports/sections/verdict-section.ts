// The first screen: the question, the verdict, the answer, and the four figures behind it.

import type { Capacity, TableProjection } from '../../contracts/capacity.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import { bracketText } from '../bracket.ts'
import { html, type Markup } from '../html.ts'
import { isOneMachine } from '../measured-target.ts'
import { compact, exact, percent, perSecond, plural, range } from '../quantity.ts'
import { ALL_FLOWS } from '../sizing/machine-rows.ts'
import { badge, factBadge, icon, tone } from './badge.ts'

export function verdictSection(capacity: Capacity, { plan, peak }: ResolvedPlan): Markup {
  const { verdict, target } = capacity
  const question =
    target.kind === 'http'
      ? `Up to which rate does the target at ${target.address} keep its targets?`
      : `With this growth, do ${plan.shards} order tables hold ${plural(plan.horizonYears, 'year')} of orders, at most ${compact(plan.rowsPerTableLimit)} rows each, within our latency targets, and what gives first?`
  return html`
<div class="verdict ${tone(verdict)}">
  <p class="question">${question}</p>
  <h1>${icon(verdict)}<span>${verdict}</span></h1>
  <ul class="answer">${capacity.answer.map(({ about, verdict: own, sentence }) => html`<li>${own === null ? factBadge() : badge(own)}<p><strong>${about}.</strong> ${sentence}</p></li>`)}</ul>
</div>
${volumeBanner(capacity)}
<dl class="figures">
  ${capacity.tables === null ? null : figure('Fullest table at the horizon', ...fullest(capacity.tables))}
  ${capacity.tables === null ? null : figure('Peak second', perSecond(peak.ratePerSecond.checkout.mid), `checkouts on ${peak.day}${peak.promotion === null ? '' : ` (${peak.promotion})`}, ${range(peak.ratePerSecond.checkout.low, peak.ratePerSecond.checkout.high, perSecond)}`)}
  ${figure(isOneMachine(target) ? 'One machine carries' : 'The target carries', ...carries(capacity))}
  ${capacity.tables === null ? null : figure('Machines for the peak', ...machines(capacity))}
</dl>`
}

/** Nothing a small run shows may be taken for a proof at the whole volume. */
function volumeBanner({ seeding }: Capacity): Markup | null {
  if (seeding === null || seeding.notProven.length === 0) return null
  const share = seeding.shareOfPlan === null ? 'an unknown share' : percent(seeding.shareOfPlan)
  const full =
    seeding.fullShards.length > 0 ? ` Shard ${seeding.fullShards.join(', ')} was filled to the whole volume.` : ''
  return html`
<div class="banner" role="note">${icon('INVALID')}
  <div><p><strong>This run seeded ${share} of the target volume</strong> (${rows(seeding.countedOrders ?? seeding.seededOrders)} of ${compact(seeding.plannedOrders)} orders).${full} It does not prove:</p>
  <ul>${seeding.notProven.map((sentence) => html`<li>${sentence}</li>`)}</ul></div>
</div>`
}

function rows(count: number | null): string {
  return count === null ? 'unknown' : compact(count)
}

function figure(term: string, value: string, detail: string): Markup {
  return html`<div class="figure"><dt>${term}</dt><dd>${value} <small>${detail}</small></dd></div>`
}

function fullest(tables: TableProjection): [string, string] {
  const projected = tables.tables[tables.fullestShard]?.projectedRows ?? 0
  const bounds = tables.months.at(-1)?.rowsInFullest
  const share = `${percent(projected / tables.limit)} of the limit of ${compact(tables.limit)}`
  return [`${compact(projected)} rows`, bounds === undefined ? share : `${share}; ${range(bounds.low, bounds.high)}`]
}

/** The flow whose share of the peak is the largest speaks for the machine. */
function carries({ claims, flows, ownFlows, mix }: Capacity): [string, string] {
  if (claims.some(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')) {
    return ['unknown', 'withheld: the evidence is broken']
  }
  if (mix !== null && mix.lastPassPerSecond !== null) {
    return [perSecond(mix.lastPassPerSecond), `requests of all flows at once: ${bracketText(mix) ?? ''}`]
  }
  const flow = ownFlows[0] ?? flows.find((candidate) => candidate.flow === 'checkout') ?? flows[0]
  if (flow === undefined) return ['unknown', 'no flow was measured']
  if (flow.lastPassPerSecond === null) return ['unknown', `${flow.flow}: no step met every target`]
  return [perSecond(flow.lastPassPerSecond), `${flow.flow}, alone: ${bracketText(flow) ?? ''}`]
}

function machines({ sizing, flows }: Capacity): [string, string] {
  const row = sizing.find(({ unit }) => unit === 'machines')
  if (row === undefined || (flows.length > 1 && row.what !== ALL_FLOWS))
    return ['unknown', 'not every flow has an operating point to multiply']
  return [exact(row.mid), `${row.what.replace('Machines for ', '')}: ${range(row.low, row.high, exact)}, ${row.basis}`]
}
