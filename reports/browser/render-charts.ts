// Runs in the reader's browser: draws every chart from its compiled Vega specification. No eval, no network.

import { parse, View } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { showTooltip } from './tooltip.ts'

const specs: Record<string, unknown> = JSON.parse(document.getElementById('charts')?.textContent ?? '{}')

for (const place of document.querySelectorAll<HTMLElement>('[data-chart]')) {
  const spec = specs[place.dataset.chart ?? '']
  if (spec === undefined) continue
  const runtime = parse(spec as Parameters<typeof parse>[0], undefined, { ast: true })
  const view = new View(runtime, { expr: expressionInterpreter, renderer: 'svg', container: place, hover: true })
  view.tooltip(showTooltip)
  // The container speaks for the picture: without this, a screen reader would read every mark.
  void view.runAsync().then(() => place.querySelector('svg')?.setAttribute('aria-hidden', 'true'))
}
