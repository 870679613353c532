// What the plan's peak and its years ask for, each with its rule.

import type { Capacity, SizingRow } from '../../contracts/capacity.ts'
import { html, type Markup } from '../html.ts'
import { bytes, compact, exact } from '../quantity.ts'
import { tag } from './badge.ts'

export function sizingSection({ sizing }: Capacity): Markup {
  return html`
<section id="sizing" aria-labelledby="sizing-title">
  <h2 id="sizing-title">Sizing</h2>
  <p class="lead">Ranges follow the plan's low and high growth and the operating point's bracket. They multiply what one machine did: a first order of magnitude to argue with, not a purchase list.</p>
  <div class="card scroll"><table><caption>What the plan asks for</caption>
  <thead><tr><th scope="col">What</th><th scope="col" class="number">Low</th><th scope="col" class="number">As planned</th><th scope="col" class="number">High</th><th scope="col">Basis</th><th scope="col">Rule</th></tr></thead>
  <tbody>${sizing.map(
    (row) =>
      html`<tr><th scope="row">${row.what}</th><td class="number">${amount(row, row.low)}</td><td class="number"><strong>${amount(row, row.mid)}</strong></td><td class="number">${amount(row, row.high)}</td><td>${tag(row.provenance)}</td><td class="why">${row.rule}</td></tr>`,
  )}</tbody></table></div>
</section>`
}

function amount({ unit }: SizingRow, value: number): string {
  if (unit === 'bytes') return bytes(value)
  return unit === 'rows' ? compact(value) : exact(value)
}
