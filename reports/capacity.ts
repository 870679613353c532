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
import { acknowledgedClaims, profileClaims } from './claims/run-claims.ts'
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
  const aboutEvidence = [...evidenceClaims(dataset, measurements), ...acknowledgedClaims(measurements)]
  const sound = aboutEvidence.every(({ verdict }) => verdict !== 'INVALID')
  const countable = sound && measurements.conditions.sharedMachine
  const flows = flowCapacities(resolved, measurements).map((flow) => (countable ? flow : withoutMachines(flow, sound)))
  const mix = mixCapacity(resolved, measurements)
  const bottlenecks = flowBottlenecks(measurements)
  const flowsNotMeasured = FLOWS.filter((flow) => !flows.some((measured) => measured.flow === flow))
  const who = whoIsMeasured(measurements)
  const claims = withheld([
    tableClaim(tables),
    ...flows.flatMap((flow) =>
      flowClaims(
        flow,
        bottlenecks.find(({ flows: of }) => of.length === 1 && of[0] === flow.flow),
        seeding,
        who,
      ),
    ),
    ...machineClaims(flows, mix, who),
    ...profileClaims(measurements),
    ...aboutEvidence,
  ])
  const needed = sizing({ resolved, measurements, ...(countable ? { flows, mix, bottlenecks } : NOTHING_MEASURED) })
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

/** Of a target elsewhere only its address is known: how many machines stand behind it, nobody says. */
function whoIsMeasured({ conditions }: Measurements): string {
  return conditions.sharedMachine ? 'One machine like this' : `The target at ${conditions.target}`
}

const NOTHING_MEASURED = { flows: [], mix: null, bottlenecks: [] } as const

/** Broken evidence is not multiplied, nor is an unknown number of machines. */
function withoutMachines(flow: FlowCapacity, sound: boolean): FlowCapacity {
  const machinesReason = sound
    ? 'withheld: how many machines stand behind that address is not known'
    : 'withheld, because the evidence of this run is broken'
  return { ...flow, machinesForPeak: null, machinesReason }
}
