// The place of one chart in the page. The drawing is made in the browser; its text stands in for it elsewhere.

import type { Chart } from '../charts/chart.ts'
import { html, type Markup } from '../html.ts'

export function chartFigure({ id, title, description }: Chart): Markup {
  return html`<figure><figcaption>${title}</figcaption><div class="chart" data-chart="${id}" role="img" aria-label="${description}"></div></figure>`
}
