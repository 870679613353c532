// What every chart shares: its place on the page, its size, and colours that follow the reader's light or dark theme.

import type { TopLevelSpec } from 'vega-lite'

type LayeredSpec = Extract<TopLevelSpec, { layer: unknown }>
export type Layer = LayeredSpec['layer'][number]

export interface Chart {
  /** Unique in the page. */
  readonly id: string
  readonly title: string
  /** What the picture shows, for someone who cannot see it. */
  readonly description: string
  readonly spec: TopLevelSpec
}

/** Resolved by the page's style sheet, so that one drawing serves light, dark and paper. */
export const COLOURS = {
  text: 'var(--ink-soft)',
  grid: 'var(--line)',
  main: 'var(--series-1)',
  mainSoft: 'var(--series-1-soft)',
  second: 'var(--series-2)',
  limit: 'var(--fail)',
  pass: 'var(--pass)',
  fail: 'var(--fail)',
  invalid: 'var(--invalid)',
  marker: 'var(--ink)',
  categories: [
    'var(--series-1)',
    'var(--series-2)',
    'var(--series-3)',
    'var(--series-4)',
    'var(--series-5)',
    'var(--series-6)',
  ],
} as const

const AXIS_PX = 70
const ENTRY_PX = 125
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'

/** Width follows the page; the chart keeps this height. */
export function frame(description: string, heightPx: number) {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description,
    width: 'container',
    height: heightPx,
    autosize: { type: 'fit', contains: 'padding', resize: true },
    background: 'transparent',
    config: {
      font: FONT,
      view: { stroke: null },
      axis: {
        labelColor: COLOURS.text,
        titleColor: COLOURS.text,
        gridColor: COLOURS.grid,
        domainColor: COLOURS.grid,
        tickColor: COLOURS.grid,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: 'normal',
        labelPadding: 6,
        titlePadding: 10,
      },
      legend: {
        labelColor: COLOURS.text,
        titleColor: COLOURS.text,
        labelFontSize: 12,
        orient: 'top',
        direction: 'horizontal',
        symbolStrokeWidth: 2,
        offset: 8,
      },
      text: { color: COLOURS.text, fontSize: 12 },
    },
  } as const
}

/**
 * Entries one below the other where a place has no room for them in a row. The place, because the width of the drawing
 * itself is what a legend changes; naming `width` has it asked again after a resize.
 */
export function legendOf(entries: number) {
  return { columns: { expr: `width > 0 && containerSize()[0] < ${AXIS_PX + ENTRY_PX * entries} ? 1 : ${entries}` } }
}
