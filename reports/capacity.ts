// From evidence to decision: plan, dataset and measurements in, everything the report says out. Pure.

import type { Capacity } from '../contracts/capacity.ts'
import type { Dataset } from '../contracts/dataset.ts'
import type { Measurements } from '../contracts/measurement.ts'
import { FLOWS, type ResolvedPlan } from '../contracts/plan.ts'
import { answer } from './answer.ts'
import { flowBottlenecks } from './bottlenecks.ts'
import { evidenceClaims } from './claims/evidence-claims.ts'
import { flowClaims } from './claims/flow-claims.ts'
import { machineClaims } from './claims/machine-claims.ts'
import { tableClaim } from './claims/table-claim.ts'
import { flowCapacities } from './flow-capacity.ts'
import { mixCapacity } from './mix-capacity.ts'
import { seeding as seedingOf } from './seeding.ts'
import { sizing } from './sizing.ts'
import { tableProjection } from './table-projection.ts'
import { overallVerdict } from './verdict.ts'
import { weaknesses } from './weaknesses.ts'

export interface Evidence {
  readonly resolved: ResolvedPlan
  /** null: the target holds no dataset of ours. */
  readonly dataset: Dataset | null
  readonly measurements: Measurements
}

export function capacityOf({ resolved, dataset, measurements }: Evidence): Capacity {
  const seeding = seedingOf(resolved, dataset, measurements)
  const tables = tableProjection(resolved, measurements)
  const flows = flowCapacities(resolved, measurements)
  const mix = mixCapacity(resolved, measurements)
  const bottlenecks = flowBottlenecks(measurements, flows)
  const flowsNotMeasured = FLOWS.filter((flow) => !flows.some((measured) => measured.flow === flow))
  const claims = [
    tableClaim(tables),
    ...flows.flatMap((flow) =>
      flowClaims(
        flow,
        bottlenecks.find((row) => row.flow === flow.flow),
        seeding,
      ),
    ),
    ...machineClaims(flows, mix),
    ...evidenceClaims(dataset, measurements),
  ]
  const verdict = overallVerdict(claims)
  const needed = sizing({ resolved, measurements, flows, mix, bottlenecks })
  return {
    runId: measurements.runId,
    createdAt: measurements.finishedAt,
    verdict,
    answer: answer(claims, tables, needed),
    claims,
    seeding,
    tables,
    flows,
    mix,
    flowsNotMeasured,
    bottlenecks,
    sizing: needed,
    weaknesses: weaknesses({ claims, seeding, tables, flows, flowsNotMeasured, mix, measurements }),
  }
}
