// Progress of long work on stderr: a bar with rate and ETA on a terminal, a plain line every few seconds elsewhere.

import { SingleBar } from 'cli-progress'

const PLAIN_LINE_EVERY_MS = 5000

export interface ProgressOptions {
  readonly label: string
  readonly total: number
  /** What is counted, in the plural: `rows`. */
  readonly unit: string
}

export interface Progress {
  /** `done` counts from the start, not since the last call. */
  update(done: number): void
  stop(): void
}

export function startProgress(options: ProgressOptions): Progress {
  return process.stderr.isTTY ? terminalBar(options) : plainLines(options)
}

function terminalBar({ label, total, unit }: ProgressOptions): Progress {
  const startedAtMs = Date.now()
  const bar = new SingleBar({
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 50,
    format: `${label} {bar} {percentage} % | {value}/{total} ${unit} | {rate}/s | {eta_formatted} left`,
  })
  const rate = (done: number) => compact(done / secondsSince(startedAtMs))
  bar.start(total, 0, { rate: '0' })
  return {
    update: (done) => bar.update(done, { rate: rate(done) }),
    stop: () => bar.stop(),
  }
}

function plainLines({ label, total, unit }: ProgressOptions): Progress {
  const startedAtMs = Date.now()
  let lastLineAtMs = startedAtMs
  let lastDone = 0
  let printedDone = -1
  const line = () => {
    const seconds = secondsSince(startedAtMs)
    const perSecond = lastDone / seconds
    const left = perSecond > 0 ? `about ${Math.ceil((total - lastDone) / perSecond)} s left` : 'starting'
    const percent = total > 0 ? Math.floor((100 * lastDone) / total) : 100
    const state = lastDone >= total ? `done in ${seconds.toFixed(1)} s` : left
    process.stderr.write(
      `${label}: ${percent} % (${compact(lastDone)}/${compact(total)} ${unit}, ${compact(perSecond)}/s, ${state})\n`,
    )
    lastLineAtMs = Date.now()
    printedDone = lastDone
  }
  return {
    update: (done) => {
      lastDone = done
      if (Date.now() - lastLineAtMs >= PLAIN_LINE_EVERY_MS) line()
    },
    stop: () => {
      if (lastDone !== printedDone) line()
    },
  }
}

function secondsSince(startedAtMs: number): number {
  return Math.max(0.001, (Date.now() - startedAtMs) / 1000)
}

const compactNumber = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

function compact(value: number): string {
  return compactNumber.format(value)
}
