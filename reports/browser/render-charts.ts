// Runs in the reader's browser: draws every chart from its compiled Vega specification. No eval, no network.

import { parse, View } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { showTooltip } from './tooltip.ts'

const specs: Record<string, unknown> = JSON.parse(document.getElementById('charts')?.textContent ?? '{}')

for (const place of document.querySelectorAll<HTMLElement>('[data-chart]')) {
  const spec = specs[place.dataset.chart ?? '']
  if (spec !== undefined) draw(spec as Parameters<typeof parse>[0], place)
}

function draw(spec: Parameters<typeof parse>[0], place: HTMLElement): void {
  // The place speaks for the picture; a screen reader would read every single mark of it.
  const picture = document.createElement('div')
  picture.setAttribute('aria-hidden', 'true')
  place.append(picture)
  const runtime = parse(spec, undefined, { ast: true })
  const view = new View(runtime, { expr: expressionInterpreter, renderer: 'svg', container: picture, hover: true })
  view.tooltip(showTooltip)
  void view.runAsync()
}
