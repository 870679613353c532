// What a run says about the deployment: the plan's own judged, or one proposed. Only of the order system on this machine,
// where it was seen what a request costs.

import type { DeploymentProposal, DeploymentTier } from '../../contracts/capacity.ts'
import { deploymentTiers } from './deployment.ts'
import type { TierEvidence } from './peak.ts'
import { deploymentProposal } from './proposal.ts'
import { judgedTier } from './tier.ts'

export interface JudgedDeployment {
  readonly deployment: readonly DeploymentTier[] | null
  readonly proposal: DeploymentProposal | null
}

export const NO_DEPLOYMENT: JudgedDeployment = { deployment: null, proposal: null }

/** `isSound`: the evidence of the run is not broken. */
export function judgedDeployment(evidence: TierEvidence, isSound: boolean): JudgedDeployment {
  const { deployment } = evidence.resolved.plan
  if (deployment === undefined) {
    return { deployment: null, proposal: isSound ? deploymentProposal(evidence) : null }
  }
  const tiers = deploymentTiers(deployment, evidence)
  const withheld = 'withheld, because the evidence of this run is broken'
  return { deployment: isSound ? tiers : tiers.map((tier) => judgedTier(tier, null, withheld)), proposal: null }
}
