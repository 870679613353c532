// The files of one run folder `runs/<id>/`: the only place where stages meet.

export const RUN_FILES = {
  plan: 'plan.json',
  dataset: 'dataset.json',
  measurements: 'measurements.json',
  capacity: 'capacity.json',
  report: 'report.html',
  junit: 'junit.xml',
} as const

/** Of one step, inside its folder. */
export const STEP_FILES = { journal: 'journal.tsv', summary: 'k6-summary.json', log: 'k6.log' } as const

/** `steps/checkout-03`, relative to the run folder. */
export function stepFolder(flow: string, index: number): string {
  return `steps/${flow}-${String(index).padStart(2, '0')}`
}

/** Sortable and unique within a checkout: `2026-11-22T09-30-00-checkout`. */
export function runId(startedAt: Date, label: string): string {
  return `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}-${label}`
}
