// The files of one run folder `runs/<id>/`: the only place where stages meet.

import type { Share } from './share.ts'

export const RUN_FILES = {
  plan: 'plan.json',
  dataset: 'dataset.json',
  measurements: 'measurements.json',
  ladder: 'ladder.json',
  capacity: 'capacity.json',
  report: 'report.html',
  junit: 'junit.xml',
} as const

/** Of one load, inside its folder. The journal is compressed once it is over; the orders are removed. */
export const DRIVE_FILES = {
  journal: 'journal.tsv',
  orders: 'orders.tsv',
  summary: 'k6-summary.json',
  log: 'k6.log',
} as const

/** Of one process of k6: the load's own, or with `-2` for the second of several, whose journals become one. */
export function generatorFiles(share: Share): Readonly<Record<'journal' | 'summary' | 'log', string>> {
  const { journal, summary, log } = DRIVE_FILES
  if (share.of === 1) return { journal, summary, log }
  const own = (file: string) => file.replace('.', `-${share.index + 1}.`)
  return { journal: own(journal), summary: own(summary), log: own(log) }
}

/** `drives/checkout-03`, relative to the run folder. */
export function driveFolder(load: string, index: number): string {
  return `drives/${load}-${String(index).padStart(2, '0')}`
}

/** `rungs/5000000-plan-list-sw3x0k`, relative to the run folder: a piece of the ladder, a run of its own. */
export function pieceFolder(orders: number, pool: string, what: string, startedAt: Date): string {
  const moment = Math.floor(startedAt.getTime() / 1000).toString(36)
  return `rungs/${orders}-${pool}-${what}-${moment}`
}

/** Sortable and unique within a checkout: `2026-11-22T09-30-00-checkout`. */
export function runId(startedAt: Date, label: string): string {
  return `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}-${label}`
}
