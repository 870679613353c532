// One self-contained HTML file: opens from disk, needs no network, and its security policy allows none.

import { createHash } from 'node:crypto'
import { compile } from 'vega-lite'
import type { Capacity } from '../contracts/capacity.ts'
import type { Evidence } from './capacity.ts'
import type { Chart } from './charts/chart.ts'
import { chartsOf } from './charts/charts-of.ts'
import { embeddedJson, html, type Markup } from './html.ts'
import { bottleneckSection } from './sections/bottleneck-section.ts'
import { claimsSection } from './sections/claims-section.ts'
import { deploymentSection } from './sections/deployment-section.ts'
import { flowsSection } from './sections/flows-section.ts'
import { ladderSection } from './sections/ladder-section.ts'
import { reproduceSection } from './sections/reproduce-section.ts'
import { sizingSection } from './sections/sizing-section.ts'
import { tablesSection } from './sections/tables-section.ts'
import { verdictSection } from './sections/verdict-section.ts'
import { weaknessSection } from './sections/weakness-section.ts'
import { STYLE } from './style.ts'

/** The order system alone has tables, components that are watched, and a sizing. */
const OF_THE_ORDER_SYSTEM: readonly string[] = ['full-tables', 'tables', 'bottleneck', 'deployment', 'sizing']
const SECTIONS = [
  ['claims', 'Claims'],
  ['full-tables', 'Full tables'],
  ['tables', 'Rows per table'],
  ['flows', 'Capacity per flow'],
  ['bottleneck', 'What gives first'],
  ['deployment', 'Deployment'],
  ['sizing', 'Sizing'],
  ['weak', 'Weaknesses'],
  ['reproduce', 'Reproduce'],
] as const

export interface PageInput extends Evidence {
  readonly capacity: Capacity
  /** From browserScript(). */
  readonly script: string
}

export function page(input: PageInput): string {
  const { capacity, script, resolved } = input
  const charts = chartsOf(capacity)
  const { seeding, tables } = capacity
  const isOrderSystem = capacity.target.kind === 'headroom'
  const sections = SECTIONS.filter(([id]) => isOrderSystem || !OF_THE_ORDER_SYSTEM.includes(id))
  const body = html`
<a class="skip" href="#claims">Skip to the claims</a>
<div class="page">
<header>
  <div class="top"><span><strong>Headroom</strong> · capacity report</span><span>run ${capacity.runId} · ${capacity.createdAt.slice(0, 16).replace('T', ' ')} UTC</span></div>
  ${verdictSection(capacity, resolved)}
  <nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
<noscript><p class="banner">The charts need JavaScript. Every figure in them also stands in the tables.</p></noscript>
${claimsSection(capacity)}
${isOrderSystem ? ladderSection(capacity, charts.ladder) : null}
${tables === null || seeding === null ? null : tablesSection(tables, seeding, charts.tables)}
${flowsSection(capacity, charts.flows)}
${isOrderSystem ? bottleneckSection(capacity, charts.demand) : null}
${isOrderSystem ? deploymentSection(capacity) : null}
${isOrderSystem ? sizingSection(capacity) : null}
${weaknessSection(capacity)}
${reproduceSection(input)}
</main>
<footer>Made by Headroom from this run's own evidence. Measured, modelled and extrapolated figures are marked as such; none is audited.</footer>
</div>`
  return frame(`Headroom: ${capacity.verdict}, run ${capacity.runId}`, body, charts.all, script)
}

function frame(title: string, body: Markup, charts: readonly Chart[], script: string): string {
  const policy = `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(STYLE)}'; base-uri 'none'; form-action 'none'`
  const specs = Object.fromEntries(charts.map(({ id, spec }) => [id, compile(spec).spec]))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>${body}
<script type="application/json" id="charts">${embeddedJson(specs)}</script>
<script>${{ markup: script }}</script>
</body>
</html>
`.markup
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
