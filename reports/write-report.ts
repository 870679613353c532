// A run folder's evidence → capacity.json, junit.xml and report.html beside it. The same evidence gives the same bytes.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Capacity } from '../contracts/capacity.ts'
import type { InvalidReason } from '../contracts/measurement.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { browserScript } from './browser-script.ts'
import { capacityOf } from './capacity.ts'
import { junit } from './junit.ts'
import { page } from './page.ts'
import { readEvidence } from './run-evidence.ts'

export interface WrittenReport {
  readonly capacity: Capacity
  readonly reportPath: string
}

/** `found`: what spoils the run beside what it says itself. */
export async function writeReport(runDir: string, found: readonly InvalidReason[] = []): Promise<WrittenReport> {
  const { measurements, ...others } = await readEvidence(runDir)
  const evidence = { ...others, measurements: { ...measurements, invalid: [...measurements.invalid, ...found] } }
  const capacity = capacityOf(evidence)
  const reportPath = join(runDir, RUN_FILES.report)
  await writeWhole(join(runDir, RUN_FILES.capacity), `${JSON.stringify(capacity, null, 2)}\n`)
  await writeWhole(join(runDir, RUN_FILES.junit), junit(capacity))
  await writeWhole(reportPath, page({ ...evidence, capacity, script: await browserScript() }))
  return { capacity, reportPath }
}

/** An interrupt in mid-write leaves the old file, not half of the new one. */
async function writeWhole(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`
  await writeFile(partial, content)
  await rename(partial, path)
}
