// Processor time of a request: MySQL's follows the work, that of the other services does not know how full a table is.

import { DRIFT, type MeasuredRung, type TargetWork } from './rung-evidence.ts'
import { fitRungLaw } from './rung-law.ts'
import { workColumns, workTerms } from './rung-terms.ts'

/** Of processor time per request, measured over one rung's windows. */
const MEASURING_ERROR = 0.02
/** Processor time of one read: a system call, a page to check and to place. */
const READ_CPU_MS = 0.05

export interface PredictedCpu {
  readonly cpuMs: number
  readonly relativeError: number
}

export function predictCpu(rungs: readonly MeasuredRung[], target: TargetWork): PredictedCpu {
  const others = mean(rungs.map(({ rung }) => rung.cpuMsPerRequest - rung.mysqlCpuMsPerRequest))
  const level = mean(rungs.map(({ rung }) => rung.mysqlCpuMsPerRequest))
  const law = fitRungLaw(
    rungs.map(({ rung, work }) => ({
      x: workColumns(work, target.largest),
      y: rung.mysqlCpuMsPerRequest,
      relativeError: Math.hypot(DRIFT, MEASURING_ERROR),
    })),
    workTerms(level, READ_CPU_MS),
  )
  const mysql = law.at(workColumns(target.work, target.largest))
  const cpuMs = others + mysql.value
  return { cpuMs, relativeError: Math.hypot(mysql.standardError, DRIFT * others) / cpuMs }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
