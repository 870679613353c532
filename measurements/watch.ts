// One reading, again and again while a run lasts: a series of values, and the moment it broke.

import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from './error-text.ts'

export interface Sample<T> {
  readonly atMs: number
  readonly value: T
}

export interface Fault {
  readonly atMs: number
  /** Who: `elasticsearch`. */
  readonly name: string
  readonly evidence: string
}

export interface WatchOptions<T> {
  readonly name: string
  readonly everyMs: number
  read(): Promise<T>
  /** Why this value, after the one before, is a fault; null when it is none. */
  wrong?(value: T, before: T | undefined): string | null
  onFault(fault: Fault): void
}

export interface Watch<T> {
  readonly samples: readonly Sample<T>[]
  stop(): Promise<void>
}

/** A busy machine misses readings, also two in a row; a closed port is asked once more, and soon. */
const FAILURES_UNTIL_FAULT = 3
const REFUSALS_UNTIL_FAULT = 2
const REFUSED = /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|closed state|Connection lost|other side closed/
const ASK_AGAIN_MS = 300

export function watch<T>({ name, everyMs, read, wrong, onFault }: WatchOptions<T>): Watch<T> {
  const samples: Sample<T>[] = []
  const stopping = new AbortController()
  let broken = false

  const fault = (evidence: string) => {
    if (!broken) onFault({ atMs: Date.now(), name, evidence })
    broken = true
  }
  const loop = async () => {
    let refusals = 0
    let failures = 0
    while (!stopping.signal.aborted) {
      let waitMs = everyMs
      try {
        const value = await read()
        const problem = wrong?.(value, samples.at(-1)?.value) ?? null
        if (problem !== null) fault(problem)
        samples.push({ atMs: Date.now(), value })
        refusals = 0
        failures = 0
        broken &&= problem !== null
      } catch (error) {
        const message = messageOf(error)
        failures += 1
        if (REFUSED.test(message)) refusals += 1
        if (refusals >= REFUSALS_UNTIL_FAULT || failures >= FAILURES_UNTIL_FAULT) fault(message)
        // Who is late is asked again when he has had the time to be on time.
        else if (refusals > 0) waitMs = ASK_AGAIN_MS
      }
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const ended = loop()
  return {
    samples,
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

/** First and last sample within a time; null when there are no two. */
export function endsOf<T>(
  samples: readonly Sample<T>[],
  fromMs: number,
  toMs: number,
): { readonly first: Sample<T>; readonly last: Sample<T> } | null {
  const within = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
  const [first, last] = [within[0], within.at(-1)]
  return first === undefined || last === undefined || first === last ? null : { first, last }
}
