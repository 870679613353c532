// The evidence of a run folder: read, checked, or refused with every reason.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Dataset } from '../contracts/dataset.ts'
import type { Ladder } from '../contracts/ladder.ts'
import type { Measurements } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import type { Evidence } from './capacity.ts'
import { LADDER_FILE_SCHEMA } from './ladder-schema.ts'
import { DATASET_FILE_SCHEMA, MEASUREMENTS_FILE_SCHEMA, PLAN_FILE_SCHEMA } from './run-schemas.ts'

const MAX_MISTAKES_PER_FILE = 8
const WAY_OUT = 'Run the load again (npm start), or name another run: npm run report -- <run>.'

const ajv = new Ajv({ allErrors: true, strict: false, useDefaults: true })
const checkPlan = ajv.compile<ResolvedPlan>(PLAN_FILE_SCHEMA)
const checkDataset = ajv.compile<Dataset>(DATASET_FILE_SCHEMA)
const checkLadder = ajv.compile<Ladder>(LADDER_FILE_SCHEMA)
const checkMeasurements = ajv.compile<Measurements>(MEASUREMENTS_FILE_SCHEMA)

type Read<T> = { readonly content: T; readonly mistakes: readonly string[] }

/** Throws a Refusal that names every missing or broken file; a missing dataset is evidence too, and no reason to refuse. */
export async function readEvidence(runDir: string): Promise<Evidence> {
  const [plan, dataset, measurements, ladder] = await Promise.all([
    readRunFile(runDir, RUN_FILES.plan, checkPlan),
    readRunFile(runDir, RUN_FILES.dataset, checkDataset),
    readRunFile(runDir, RUN_FILES.measurements, checkMeasurements),
    readRunFile(runDir, RUN_FILES.ladder, checkLadder),
  ])
  const mistakes = [
    ...(plan?.mistakes ?? [`${RUN_FILES.plan} is missing`]),
    ...(dataset?.mistakes ?? []),
    ...(measurements?.mistakes ?? [`${RUN_FILES.measurements} is missing`]),
    ...(ladder?.mistakes ?? []),
  ]
  if (mistakes.length > 0 || plan === null || measurements === null) {
    throw new Refusal({ what: `no report can be drawn from ${runDir}`, why: mistakes, wayOut: WAY_OUT })
  }
  return {
    resolved: plan.content,
    dataset: dataset?.content ?? null,
    measurements: measurements.content,
    ladder: ladder?.content ?? null,
  }
}

async function readRunFile<T>(runDir: string, file: string, check: ValidateFunction<T>): Promise<Read<T> | null> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(join(runDir, file), 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    return { content: undefined as T, mistakes: [`${file} cannot be read: ${message}`] }
  }
  if (check(content)) return { content, mistakes: [] }
  const errors = check.errors ?? []
  const listed = errors
    .slice(0, MAX_MISTAKES_PER_FILE)
    .map(
      ({ instancePath, message }) =>
        `${file}: ${instancePath === '' ? 'the document' : instancePath} ${message ?? 'is wrong'}`,
    )
  const more = errors.length - listed.length
  return { content: content as T, mistakes: more > 0 ? [...listed, `${file}: ${more} more`] : listed }
}
