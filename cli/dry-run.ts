// `npm run load -- … --dry-run`: what would be sent where. Nothing is sent, and nobody but the name service is asked.

import { challengePath } from '../contracts/challenge.ts'
import type { Profile } from '../contracts/measurement.ts'
import type { FlowTarget } from '../contracts/plan.ts'
import type { OwnFlow } from '../measurements/own-flow.ts'
import type { AllowedTarget } from './allowed-target.ts'

export interface DryRun {
  readonly flow: string
  readonly own: OwnFlow | null
  /** null: the order system of this checkout. */
  readonly target: AllowedTarget | null
  readonly profile: Profile
  readonly ratePerSecond: number | null
  readonly targets: FlowTarget | null
}

export interface DryRunFields {
  readonly flow: string
  readonly script: string | null
  readonly target: string
  readonly address: string
  readonly challenge: string | null
  readonly profile: Profile
  readonly ratePerSecond: number | null
  readonly maxRatePerSecond: number | null
  readonly p99Ms: number | null
  readonly errorRate: number | null
}

export function dryRunFields({ flow, own, target, profile, ratePerSecond, targets }: DryRun): DryRunFields {
  return {
    flow,
    script: own?.script ?? null,
    target: target?.baseUrl ?? 'the order system of this checkout',
    address: target?.address ?? 'this machine',
    challenge: target?.isChallenged === true ? target.baseUrl + challengePath('…') : null,
    profile,
    ratePerSecond,
    maxRatePerSecond: target?.maxRatePerSecond ?? null,
    p99Ms: targets?.p99Ms ?? null,
    errorRate: targets?.errorRate ?? null,
  }
}

export function dryRunLines(fields: DryRunFields): readonly string[] {
  const { flow, script, target, address, challenge, profile, ratePerSecond, maxRatePerSecond, p99Ms, errorRate } =
    fields
  const rate = ratePerSecond === null ? `what ${profile} makes of it` : `${ratePerSecond}/s asked for`
  return [
    'Nothing was sent. This would be:',
    `  what     ${flow}${script === null ? '' : `, by ${script}`}`,
    `  where    ${target}, at ${address} and at no other`,
    `  asked    ${challenge === null ? 'nobody: no challenge' : `its owner, at ${challenge}`}`,
    `  rate     ${rate}${maxRatePerSecond === null ? '' : `, never more than ${maxRatePerSecond} requests a second`}`,
    ...(p99Ms === null ? [] : [`  targets  p99 ${p99Ms} ms, errors ${100 * (errorRate ?? 0)} %`]),
  ]
}
