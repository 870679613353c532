// From evidence to decision: plan, dataset and measurements in, everything the report says out. Pure.

import type { Capacity, FlowCapacity } from '../contracts/capacity.ts'
import type { Dataset } from '../contracts/dataset.ts'
import type { Ladder } from '../contracts/ladder.ts'
import type { Measurements } from '../contracts/measurement.ts'
import { FLOWS, type ResolvedPlan } from '../contracts/plan.ts'
import { answer } from './answer.ts'
import { flowBottlenecks } from './bottlenecks.ts'
import { deploymentClaims } from './claims/deployment-claims.ts'
import { evidenceClaims, isForeign } from './claims/evidence-claims.ts'
import { flowClaims } from './claims/flow-claims.ts'
import { fullTableClaims } from './claims/full-table-claims.ts'
import { machineClaims } from './claims/machine-claims.ts'
import { ownFlowClaims } from './claims/own-flow-claims.ts'
import { acknowledgedClaims, profileClaims } from './claims/run-claims.ts'
import { tableClaim } from './claims/table-claim.ts'
import { withinTargetsClaims } from './claims/within-targets-claims.ts'
import { tierEvidence } from './deployment/deployment.ts'
import { judgedDeployment, NO_DEPLOYMENT } from './deployment/judged-deployment.ts'
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
  const seeding = isOrderSystem ? seedingOf(resolved, dataset, measurements, ladder) : null
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
  const known = countable ? { flows, mix, bottlenecks } : NOTHING_MEASURED
  const needed = isOrderSystem ? sizing({ resolved, measurements, ...known }) : []
  const { deployment, proposal } = isOneMachine(target)
    ? judgedDeployment(tierEvidence(resolved, measurements, bottlenecks), sound)
    : NO_DEPLOYMENT
  const claims = withheld([
    ...(tables === null ? [] : [tableClaim(tables)]),
    // Rows elsewhere are not ours to fill.
    ...(asked.length > 0 && isOneMachine(target) && !isForeign(measurements) ? fullTableClaims(resolved, ladder) : []),
    ...(isOneMachine(target)
      ? withinTargetsClaims(flows, mix, { measurements, seeding })
      : [...flows.flatMap((flow) => flowClaims(flow, seeding, who)), ...machineClaims(flows, mix, who)]),
    ...ownFlowClaims(ownFlows, measurements, who),
    ...(deployment === null ? [] : deploymentClaims(deployment, resolved.plan)),
    ...profileClaims(measurements),
    ...aboutEvidence,
  ])
  return {
    runId: measurements.runId,
    createdAt: measurements.finishedAt,
    verdict: overallVerdict(claims),
    target,
    answer: answer({
      claims,
      tables,
      flows,
      mix,
      sizing: needed,
      deployment,
      proposal,
      ownFlows,
      who,
      isOneMachine: isOneMachine(target),
      ladder,
    }),
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
    deployment,
    proposal,
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
