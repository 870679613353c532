// One line that says how a load goes: rewritten in place on a terminal, printed now and then elsewhere.

import type { LiveFigures } from '../measurements/live-figures.ts'

const PLAIN_LINE_EVERY_MS = 10_000

export interface LoadProgress {
  show(figures: LiveFigures): void
  /** Before another line is printed, and at the end. */
  clear(): void
}

export function loadProgress(stream: NodeJS.WriteStream = process.stderr): LoadProgress {
  return stream.isTTY ? rewritten(stream) : plain(stream)
}

function rewritten(stream: NodeJS.WriteStream): LoadProgress {
  let shown = false
  const clear = () => {
    if (shown) stream.write('\r\x1b[2K')
    shown = false
  }
  return {
    show: (figures) => {
      clear()
      stream.write(liveLine(figures).slice(0, Math.max(20, stream.columns - 1)))
      shown = true
    },
    clear,
  }
}

function plain(stream: NodeJS.WriteStream): LoadProgress {
  let lastAtMs = Date.now()
  return {
    show: (figures) => {
      if (Date.now() - lastAtMs < PLAIN_LINE_EVERY_MS) return
      lastAtMs = Date.now()
      stream.write(`${liveLine(figures)}\n`)
    },
    clear: () => {},
  }
}

/** Lines that stay, printed where the one that is rewritten stood. */
export function sayAbove(progress: LoadProgress, say: (line: string) => void): (line: string) => void {
  return (line) => {
    progress.clear()
    say(line)
  }
}

export function liveLine(figures: LiveFigures): string {
  const { load, offeredPerSecond, goodPerSecond, p99Ms, errors, dropped, leftSeconds } = figures
  return [
    `      ${load}: offered ${rate(offeredPerSecond)}`,
    `good ${rate(goodPerSecond)}`,
    `p99 ${p99Ms === null ? 'unknown' : `${p99Ms.toFixed(0)} ms`}`,
    `errors ${errors}`,
    `waited ${dropped}`,
    `${Math.ceil(leftSeconds)} s left`,
  ].join('  ')
}

function rate(perSecond: number): string {
  return `${perSecond >= 100 ? Math.round(perSecond) : Number(perSecond.toFixed(1))}/s`
}
