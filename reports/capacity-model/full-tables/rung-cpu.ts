// Processor time of a request: MySQL's follows rows and reads; that of the other services follows the rows of the answer,
// and does not know how full a table is.

import { DRIFT, type MeasuredRung, type Target, targetWork, workOf } from './rung-evidence.ts'
import { fitRungLaw } from './rung-law.ts'
import { type RungWork, workColumns, workTerms } from './rung-terms.ts'

/** Of processor time per request, measured over one rung's windows. */
const MEASURING_ERROR = 0.02
/** Processor time of one read: a system call, a page to check and to place. */
const READ_CPU_MS = 0.05

export interface PredictedCpu {
  readonly cpuMs: number
  readonly relativeError: number
}

export function predictCpu(rungs: readonly MeasuredRung[], target: Target): PredictedCpu {
  const rowsOnly = (work: RungWork): RungWork => ({ ...work, orders: target.at.orders, reads: 0 })
  const mysql = partOf(
    rungs,
    target,
    (one) => one.rung.mysqlCpuMsPerRequest,
    (work) => work,
  )
  const others = partOf(rungs, target, (one) => one.rung.cpuMsPerRequest - one.rung.mysqlCpuMsPerRequest, rowsOnly)
  const cpuMs = mysql.value + others.value
  return { cpuMs, relativeError: (mysql.standardError + others.standardError) / cpuMs }
}

function partOf(
  rungs: readonly MeasuredRung[],
  target: Target,
  of: (rung: MeasuredRung) => number,
  seen: (work: RungWork) => RungWork,
): { readonly value: number; readonly standardError: number } {
  const used = rungs.filter((one) => of(one) > 0)
  if (used.length === 0) return { value: 0, standardError: 0 }
  const columns = (work: RungWork): readonly number[] => workColumns(seen(work), seen(workOf(target.largest)))
  const level = used.reduce((sum, one) => sum + of(one), 0) / used.length
  const law = fitRungLaw(
    used.map((one) => ({
      x: columns(workOf(one)),
      y: of(one),
      relativeError: Math.hypot(DRIFT, MEASURING_ERROR),
    })),
    workTerms(level, READ_CPU_MS),
  )
  return law.at(columns(targetWork(target)))
}
