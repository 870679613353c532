import { html, type Markup } from '../html.ts'

/** A table that may be wider than its card: scrolled in a frame of its own, by keyboard too. `rows`: its head and body. */
export function wideTable(caption: string, rows: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
${rows}</table></div>`
}
