// What MySQL's disks must do in the peak second. Reads follow from page gets and the hit ratio that the buffer pool is sized
// for; this run's own misses say nothing about data that does not fit in memory.

import type { SizingRow } from '../../contracts/capacity.ts'
import { mapCases } from '../capacity-model/cases.ts'
import { bytes, percent, perSecond, significant } from '../quantity.ts'
import { WANTED_HIT_RATIO } from './buffer-pool.ts'
import type { PeakStream } from './peak-stream.ts'
import { sizingRow } from './sizing-row.ts'

export function diskRows({ peakPerSecond, counted, basis }: PeakStream): readonly SizingRow[] {
  const rate = perSecond(peakPerSecond.mid)
  const row = (what: string, perRequest: number | null, rule: (amount: string) => string): SizingRow[] => {
    if (perRequest === null || perRequest <= 0) return []
    const amounts = mapCases((requests) => Math.ceil(requests * perRequest), peakPerSecond)
    const facts = { group: 'tiers', what, unit: 'operations', basis: 'extrapolated' } as const
    return [sizingRow(amounts, { ...facts, rule: rule(significant(perRequest)) })]
  }
  const pageGets = counted('pageGets')
  const redoBytes = counted('redoBytes')
  return [
    ...row(
      'Random reads a second, all MySQL hosts',
      pageGets === null ? null : pageGets * (1 - WANTED_HIT_RATIO),
      () =>
        `${rate} × ${significant(pageGets ?? 0)} page gets a request × ${percent(1 - WANTED_HIT_RATIO)} that miss a pool sized for ${percent(WANTED_HIT_RATIO)} hits; ${basis}`,
    ),
    ...row(
      'Page and log writes a second, all MySQL hosts',
      counted('dataWrites'),
      (amount) =>
        `${rate} × ${amount} writes a request; pages that were dirtied and not yet flushed when the run ended come on top`,
    ),
    ...row(
      'Flushes to disk (fsync) a second, all MySQL hosts',
      counted('fsyncs'),
      (amount) =>
        `${rate} × ${amount} a request${redoBytes === null ? '' : `, ${bytes(redoBytes)} of redo each`}; more at once share one, so this is the most`,
    ),
  ]
}
