// What the plan's peak and its years ask for, each with its rule and what was not taken.

import { type Capacity, SIZING_GROUPS, type SizingGroup, type SizingRow } from '../../contracts/capacity.ts'
import { html, type Markup } from '../html.ts'
import { bytes, compact, exact } from '../quantity.ts'
import { tag } from './badge.ts'

const GROUP_NAMES: Readonly<Record<SizingGroup, string>> = {
  machines: 'Copies of the measured machine, everything on each',
  tiers: 'The peak second, all hosts together',
  data: 'Data at the end of the horizon',
}

export function sizingSection({ sizing }: Capacity): Markup {
  const groups = SIZING_GROUPS.filter((name) => sizing.some(({ group }) => group === name))
  return html`
<section id="sizing" aria-labelledby="sizing-title">
  <h2 id="sizing-title">Sizing</h2>
  <p class="lead">Ranges follow the plan's low and high growth, the operating point's bracket and the spread between steps. They multiply what one machine did: a first order of magnitude to argue with, not a purchase list.</p>
  <div class="card stacked scroll"><table><caption>What the plan asks for</caption>
  <thead><tr><th scope="col">What</th><th scope="col" class="number">Low</th><th scope="col" class="number">As planned</th><th scope="col" class="number">High</th><th scope="col">Basis</th><th scope="col">Rule</th></tr></thead>
  ${groups.map((name) => groupRows(name, sizing))}</table></div>
</section>`
}

function groupRows(name: SizingGroup, sizing: readonly SizingRow[]): Markup {
  return html`<tbody><tr class="group"><th scope="rowgroup" colspan="6">${GROUP_NAMES[name]}</th></tr>
${sizing.filter(({ group }) => group === name).map(sizingRow)}</tbody>`
}

function sizingRow(row: SizingRow): Markup {
  return html`<tr><th scope="row">${row.what}</th><td class="number" data-label="Low">${amount(row, row.low)}</td><td class="number" data-label="As planned"><strong>${amount(row, row.mid)}</strong></td><td class="number" data-label="High">${amount(row, row.high)}</td><td data-label="Basis">${tag(row.basis)}</td><td class="why">${row.rule}.${notTaken(row)}</td></tr>`
}

function notTaken({ rejected }: SizingRow): Markup | null {
  if (rejected.length === 0) return null
  return html`<details class="inline"><summary>Not taken</summary><ul>${rejected.map((reason) => html`<li>${reason}.</li>`)}</ul></details>`
}

function amount({ unit }: SizingRow, value: number): string {
  if (unit === 'bytes') return bytes(value)
  return unit === 'rows' || unit === 'operations' ? compact(value) : exact(value)
}
