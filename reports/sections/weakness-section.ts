// Where this run is weak: what a careful reader would object, said before they do.

import type { Capacity } from '../../contracts/capacity.ts'
import { html, type Markup } from '../html.ts'

export function weaknessSection({ weaknesses }: Capacity): Markup {
  return html`
<section id="weak" aria-labelledby="weak-title">
  <h2 id="weak-title">Where this run is weak</h2>
  <p class="lead">Most serious first.</p>
  <div class="card"><ol class="weak">${weaknesses.map((sentence) => html`<li>${sentence}</li>`)}</ol></div>
</section>`
}
