// Every claim with its target, what was found, and why the verdict is what it is.

import type { Capacity, Claim } from '../../contracts/capacity.ts'
import { foundOf, intervalOf, targetOf } from '../claim-text.ts'
import { html, type Markup } from '../html.ts'
import { exact } from '../quantity.ts'
import { badge, tag } from './badge.ts'

export function claimsSection({ claims }: Capacity): Markup {
  const count = (verdict: Claim['verdict']) => claims.filter((claim) => claim.verdict === verdict).length
  return html`
<section id="claims" aria-labelledby="claims-title">
  <h2 id="claims-title">Claims</h2>
  <p class="lead">${count('PASS')} hold, ${count('AT RISK')} at risk, ${count('FAIL')} fail, ${count('INVALID')} cannot be judged from this run.</p>
  <div class="card claims scroll">
  <table>
    <caption>What the run was asked, and what it found</caption>
    <thead><tr><th scope="col">Verdict</th><th scope="col">Claim</th><th scope="col">Target</th><th scope="col">Found</th><th scope="col">Interval or bracket</th><th scope="col" class="number">Samples</th><th scope="col">Basis</th></tr></thead>
    ${claims.map(claimRows)}
  </table>
  </div>
</section>`
}

function claimRows(claim: Claim): Markup {
  const value = foundOf(claim)
  // Many a text begins with the figure.
  const found = value === null || claim.evidence.startsWith(value) ? null : html`<strong>${value}</strong> `
  return html`<tbody>
<tr class="claim-main" id="claim-${claim.id}">
  <td>${badge(claim.verdict)}</td>
  <td>${claim.claim} <span class="id">${claim.id}</span></td>
  <td data-label="Target">${targetOf(claim)}</td>
  <td data-label="Found">${found}<span class="why">${claim.evidence}</span></td>
  <td data-label="Interval or bracket">${intervalOf(claim) ?? 'none'}</td>
  <td data-label="Samples" class="number">${claim.samples === null ? '–' : exact(claim.samples)}</td>
  <td data-label="Basis">${tag(claim.basis)}</td>
</tr>
<tr class="claim-why"><td></td><td colspan="6" class="why">${claim.reason}</td></tr>
</tbody>`
}
