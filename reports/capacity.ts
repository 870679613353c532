// From evidence to decision: plan, dataset and measurements in, everything the report says out. Pure.

import type { Capacity, FlowCapacity } from '../contracts/capacity.ts'
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
import { overallVerdict, withheld } from './verdict.ts'
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
  const aboutEvidence = evidenceClaims(dataset, measurements)
  const sound = aboutEvidence.every(({ verdict }) => verdict === 'PASS')
  const flows = flowCapacities(resolved, measurements).map((flow) => (sound ? flow : withoutMachines(flow)))
  const mix = mixCapacity(resolved, measurements)
  const bottlenecks = flowBottlenecks(measurements, flows)
  const flowsNotMeasured = FLOWS.filter((flow) => !flows.some((measured) => measured.flow === flow))
  const claims = withheld([
    tableClaim(tables),
    ...flows.flatMap((flow) =>
      flowClaims(
        flow,
        bottlenecks.find((row) => row.flow === flow.flow),
        seeding,
      ),
    ),
    ...machineClaims(flows, mix),
    ...aboutEvidence,
  ])
  const needed = sizing({ resolved, measurements, ...(sound ? { flows, mix, bottlenecks } : NOTHING_MEASURED) })
  const verdict = overallVerdict(claims)
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

const NOTHING_MEASURED = { flows: [], mix: null, bottlenecks: [] } as const

/** Broken evidence is not multiplied. */
function withoutMachines(flow: FlowCapacity): FlowCapacity {
  return { ...flow, machinesForPeak: null, machinesReason: 'withheld, because the evidence of this run is broken' }
}
