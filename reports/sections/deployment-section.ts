// The plan's deployment tier by tier; where the plan names none, two that it might name.

import type { Capacity, DeploymentCandidate, DeploymentProposal, DeploymentTier } from '../../contracts/capacity.ts'
import type { Deployment, Interval } from '../../contracts/plan.ts'
import { askedText } from '../deployment/tier-text.ts'
import { html, type Markup } from '../html.ts'
import { compact, exact, percent, range } from '../quantity.ts'
import { badge, tag } from './badge.ts'

export function deploymentSection({ deployment, proposal }: Capacity): Markup {
  return html`
<section id="deployment" aria-labelledby="deployment-title">
  <h2 id="deployment-title">Deployment</h2>
  ${deployment === null ? null : statedDeployment(deployment)}
  ${proposal === null ? null : proposed(proposal)}
  ${deployment === null && proposal === null ? html`<p class="lead">Not judged from this run: what a request costs each tier has to be measured on the machine that is watched, with sound evidence.</p>` : null}
</section>`
}

function statedDeployment(tiers: readonly DeploymentTier[]): Markup {
  return html`<p class="lead">Each tier of the plan's deployment in the peak second with headroom, and at the horizon. ${tag('modelled')} from what one request was measured to cost on this machine: the host that has most to do, with 95 % of each cost and the plan's own intervals.</p>
  <div class="card stacked scroll">${tierTable('The plan’s deployment', tiers)}</div>`
}

function proposed({ candidates, tips }: DeploymentProposal): Markup {
  return html`<p class="lead">The plan names no <code>deployment</code>, so no peak is judged, and no verdict rests on this part. Two that it might name, in which every tier holds in all cases (but Redis, of which there is one), as <code>plan.yaml</code> has them; costs are in cores.</p>
  ${candidates.map(candidateCard)}
  <div class="card"><h3>What would tip the choice</h3><ul>${tips.map((tip) => html`<li>${tip}</li>`)}</ul></div>`
}

function candidateCard(candidate: DeploymentCandidate, at: number): Markup {
  const { deployment, costInCores, usersPerMysqlHost, tiers } = candidate
  return html`
<div class="card">
  <h3>${at === 0 ? 'First: the cheapest' : 'Second: the next cheapest'}, ${exact(Math.round(costInCores))} cores’ worth</h3>
  <div class="notes"><p>Fullest: ${fullest(tiers)}. While one of ${exact(deployment.mysql.hosts ?? 1)} MySQL hosts is down, ${compact(usersPerMysqlHost)} users are without their orders.</p></div>
  <pre><code>${asYaml(deployment)}</code></pre>
  <details><summary>Its tiers, exact</summary><div class="stacked scroll">${tierTable(`Tiers of candidate ${at + 1}`, tiers)}</div></details>
</div>`
}

/** The tiers nearest to full in the high case. */
function fullest(tiers: readonly DeploymentTier[]): string {
  const known = tiers.flatMap(({ tier, used }) => (used === null ? [] : [{ tier, high: used.high }]))
  const [first, second] = known.toSorted((a, b) => b.high - a.high)
  return [first, second].flatMap((one) => (one === undefined ? [] : [`${one.tier} (${percent(one.high)})`])).join(', ')
}

/** As it may be pasted into a plan. */
export function asYaml(deployment: Deployment): string {
  const { cpuSpeed, ...tiers } = deployment
  const lines = Object.entries(tiers).map(([name, tier]) => `  ${name}: ${fields(tier)}`)
  return ['deployment:', `  cpuSpeed: ${asWritten(cpuSpeed)}`, ...lines, ''].join('\n')
}

function asWritten(interval: Interval): string {
  return interval.low === interval.high ? String(interval.mid) : fields(interval)
}

function fields(given: object): string {
  const texts = Object.entries(given).map(([name, value]) => `${name}: ${number(value)}`)
  return `{ ${texts.join(', ')} }`
}

function number(value: number): string {
  const power = [12, 9, 6].find((exponent) => value >= 10 ** exponent && value % 10 ** exponent === 0)
  return power === undefined ? String(value) : `${value / 10 ** power}e${power}`
}

function tierTable(caption: string, tiers: readonly DeploymentTier[]): Markup {
  return html`<table><caption>${caption}</caption>
<thead><tr><th scope="col">Tier</th><th scope="col">Verdict</th><th scope="col" class="number">Asked</th><th scope="col" class="number">Used</th><th scope="col" class="number">Interval</th><th scope="col">Rule</th></tr></thead>
<tbody>${tiers.map(tierRow)}</tbody></table>`
}

function tierRow(tier: DeploymentTier): Markup {
  const { used, rule, verdict } = tier
  return html`<tr><th scope="row">${tier.tier}</th><td data-label="Verdict">${badge(verdict)}</td><td class="number" data-label="Asked">${askedText(tier) ?? '–'}</td><td class="number" data-label="Used">${used === null ? '–' : percent(used.mid)}</td><td class="number" data-label="Interval">${used === null ? '–' : range(used.low, used.high, percent)}</td><td class="why">${rule}.</td></tr>`
}
