// From evidence to decision: plan, dataset and measurements in, everything the report says out. Pure.

import type { Capacity, FlowCapacity } from '../contracts/capacity.ts'
import type { Dataset } from '../contracts/dataset.ts'
import type { Ladder } from '../contracts/ladder.ts'
import type { Measurements } from '../contracts/measurement.ts'
import { FLOWS, type ResolvedPlan } from '../contracts/plan.ts'
import { answer } from './answer.ts'
import { flowBottlenecks } from './bottlenecks.ts'
import { evidenceClaims, isForeign } from './claims/evidence-claims.ts'
import { flowClaims } from './claims/flow-claims.ts'
import { fullTableClaims } from './claims/full-table-claims.ts'
import { machineClaims } from './claims/machine-claims.ts'
import { ownFlowClaims } from './claims/own-flow-claims.ts'
import { acknowledgedClaims, profileClaims } from './claims/run-claims.ts'
import { tableClaim } from './claims/table-claim.ts'
import { flowCapacities, ownFlowCurves } from './flow-capacity.ts'
import { isOneMachine, measuredTarget, whoIsMeasured } from './measured-target.ts'
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
  /** Absent or null: another kind of run. */
  readonly ladder?: Ladder | null
}

export function capacityOf({ resolved, dataset, measurements, ladder = null }: Evidence): Capacity {
  const target = measuredTarget(measurements)
  const isOrderSystem = target.kind === 'headroom'
  const seeding = isOrderSystem ? seedingOf(resolved, dataset, measurements) : null
  const tables = isOrderSystem ? tableProjection(resolved, measurements) : null
  const aboutEvidence = [...evidenceClaims(dataset, measurements), ...acknowledgedClaims(measurements)]
  const sound = aboutEvidence.every(({ verdict }) => verdict !== 'INVALID')
  const countable = sound && isOneMachine(target)
  const flows = flowCapacities(resolved, measurements).map((flow) => (countable ? flow : withoutMachines(flow, sound)))
  const mix = mixCapacity(resolved, measurements)
  const bottlenecks = flowBottlenecks(measurements)
  const ownFlows = ownFlowCurves(resolved, measurements)
  // A run of a script of one's own asked for none of them.
  const asked = isOrderSystem && ownFlows.length === 0 ? FLOWS : []
  const flowsNotMeasured = asked.filter((flow) => !flows.some((measured) => measured.flow === flow))
  const who = whoIsMeasured(target)
  const claims = withheld([
    ...(tables === null ? [] : [tableClaim(tables)]),
    // Rows elsewhere are not ours to fill.
    ...(asked.length > 0 && isOneMachine(target) && !isForeign(measurements) ? fullTableClaims(resolved, ladder) : []),
    ...flows.flatMap((flow) =>
      flowClaims(
        flow,
        bottlenecks.find(({ flows: of }) => of.length === 1 && of[0] === flow.flow),
        seeding,
        who,
      ),
    ),
    ...ownFlowClaims(ownFlows, measurements, who),
    ...machineClaims(flows, mix, who),
    ...profileClaims(measurements),
    ...aboutEvidence,
  ])
  const known = countable ? { flows, mix, bottlenecks } : NOTHING_MEASURED
  const needed = isOrderSystem ? sizing({ resolved, measurements, ...known }) : []
  const verdict = overallVerdict(claims)
  return {
    runId: measurements.runId,
    createdAt: measurements.finishedAt,
    verdict,
    target,
    answer: answer({ claims, tables, sizing: needed, ownFlows, who, ladder }),
    claims,
    seeding,
    tables,
    flows,
    ownFlows,
    mix,
    ladder,
    flowsNotMeasured,
    bottlenecks,
    sizing: needed,
    weaknesses: weaknesses({ claims, seeding, tables, flows, ownFlows, flowsNotMeasured, mix, measurements, target }),
  }
}

const NOTHING_MEASURED = { flows: [], mix: null, bottlenecks: [] } as const

/** Broken evidence is not multiplied, nor is an unknown number of machines. */
function withoutMachines(flow: FlowCapacity, sound: boolean): FlowCapacity {
  const machinesReason = sound
    ? 'withheld: how many machines stand behind that address is not known'
    : 'withheld, because the evidence of this run is broken'
  return { ...flow, machinesForPeak: null, machinesReason }
}
