// The files of one run folder `runs/<id>/`: the only place where stages meet.

export const RUN_FILES = {
  plan: 'plan.json',
  dataset: 'dataset.json',
  measurements: 'measurements.json',
  capacity: 'capacity.json',
  report: 'report.html',
  junit: 'junit.xml',
} as const

/** Sortable and unique within a checkout: `2026-11-22T09-30-00-checkout`. */
export function runId(startedAt: Date, label: string): string {
  return `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}-${label}`
}
