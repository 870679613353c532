// A run that offered one share of a load, as it lies on disk.

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Dataset } from '../contracts/dataset.ts'
import type { LoadShare, Measurements, Step } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { parseShare, type Share } from '../contracts/share.ts'
import { type Journal, readJournal } from './journal.ts'

/** Farther apart, a share met another load than it belongs to. */
export const JOINT_CLOCK_TOLERANCE_MS = 1000

export interface ShareRun {
  /** In messages. */
  readonly name: string
  readonly measurements: Measurements
  readonly record: LoadShare
  readonly share: Share
  readonly measured: readonly Step[]
  readonly journal: Journal
  readonly plan: ResolvedPlan
  /** null: the target holds none of ours. */
  readonly dataset: Dataset | null
}

/** Throws a Refusal where there is no such run. */
export async function readShareRun(runDir: string): Promise<ShareRun> {
  const measurements = await readJson<Measurements>(runDir, RUN_FILES.measurements)
  const record = measurements.share
  const share = record === undefined ? null : parseShare(record.share)
  if (record === undefined || share === null) {
    throw notMergeable(runDir, 'it offered a whole load, not a share of one')
  }
  const measured = measurements.steps.filter(({ kind }) => kind === 'measured')
  const file = measured[0]?.journal
  if (file === undefined || file === null) throw notMergeable(runDir, whyEmpty(measurements))
  const journal = await readJournal(join(runDir, file)).catch((error: Error) => {
    throw notMergeable(runDir, `its journal cannot be read: ${error.message}`)
  })
  const [plan, dataset] = await Promise.all([
    readJson<ResolvedPlan>(runDir, RUN_FILES.plan),
    measurements.datasetFingerprint === null ? null : readJson<Dataset>(runDir, RUN_FILES.dataset),
  ])
  return { name: basename(runDir), measurements, record, share, measured, journal, plan, dataset }
}

function whyEmpty({ invalid, results }: Measurements): string {
  const found = invalid.find(({ code }) => code !== 'one-share')
  return `it measured nothing: ${found?.evidence ?? results[0]?.reason ?? 'no step'}`
}

async function readJson<T>(runDir: string, file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(join(runDir, file), 'utf8')) as T
  } catch (error) {
    throw notMergeable(runDir, `${file}: ${error instanceof Error ? error.message : error}`)
  }
}

function notMergeable(runDir: string, why: string): Refusal {
  return new Refusal({
    what: `${runDir} is no share that can be merged`,
    why: [why],
    wayOut:
      'Name the run folders of the shares: what npm run load -- … --generator 2/4 --start-at … left on each machine.',
  })
}
