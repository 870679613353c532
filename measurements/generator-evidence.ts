// What each generator did to its own requests in a window. Pure.

import type { JournalEntry } from '../contracts/journal.ts'
import { OUTCOME_LEFT_OVER, OUTCOME_OK } from '../contracts/journal.ts'
import type { GeneratorFigures } from '../contracts/measurement.ts'
import { isOfShare, type Share, shareText } from '../contracts/share.ts'
import { latencyOf } from './percentiles.ts'

/** A user who comes this late was not free when the request was due. */
export const NO_FREE_USER_MS = 10

/** Of the generator's right answers, 0 … 1. */
export interface OwnSlowness {
  readonly slow: number
  /** Over the target even without the generator's own delay. */
  readonly slowWithoutDelay: number
}

export interface GeneratorEvidence extends Omit<GeneratorFigures, 'share' | 'cpu'> {
  readonly share: Share
  readonly cpu: number | null
  readonly flows: Readonly<Record<string, OwnSlowness>>
}

/** `entries`: of one window. */
export function generatorEvidence(
  entries: readonly JournalEntry[],
  share: Share,
  targetsMs: Readonly<Record<string, number | null>>,
  cpu: number | null,
): GeneratorEvidence {
  const own = share.of === 1 ? entries : entries.filter(({ iteration }) => isOfShare(iteration, share))
  const delays = latencyOf(own.filter(({ outcome }) => outcome !== OUTCOME_LEFT_OVER).map(ownDelayMs))
  const flows = Object.entries(targetsMs).map(([flow, targetMs]) => [
    flow,
    slownessOf(
      own.filter((entry) => entry.flow === flow && entry.outcome === OUTCOME_OK),
      targetMs,
    ),
  ])
  return {
    share,
    iterations: own.length,
    dropped: own.filter(({ waitedMs }) => waitedMs > NO_FREE_USER_MS).length,
    lateP99Ms: delays.p99Ms ?? delays.maxMs,
    cpu,
    flows: Object.fromEntries(flows),
  }
}

export function generatorFigures({ share, iterations, dropped, lateP99Ms, cpu }: GeneratorEvidence): GeneratorFigures {
  return { share: shareText(share), iterations, dropped, lateP99Ms, cpu }
}

function slownessOf(good: readonly JournalEntry[], targetMs: number | null): OwnSlowness {
  const over = (ms: (entry: JournalEntry) => number) =>
    targetMs === null ? 0 : good.filter((entry) => ms(entry) > targetMs).length / Math.max(1, good.length)
  return { slow: over(({ totalMs }) => totalMs), slowWithoutDelay: over((entry) => entry.totalMs - ownDelayMs(entry)) }
}

/** Sent late by k6, and its time to open a connection: nothing the system did. */
function ownDelayMs({ totalMs, waitedMs, serviceMs }: JournalEntry): number {
  return Math.max(0, totalMs - waitedMs - serviceMs)
}
