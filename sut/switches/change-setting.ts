// Positions that move without a flip: they change no authority, so nobody has to wait. Catalogue, mirror, monolith, gateway,
// shares of users and of compared reads, and the end of the way back.

import {
  type GatewayPosition,
  type MirrorMode,
  type MonolithPosition,
  otherStore,
  PHASE_RULES,
  PHASES,
  type Phase,
  type SwitchState,
} from '../../contracts/switches.ts'
import { ClaimLost, FlipRun, type FlipTools } from './flip-run.ts'
import { believedOf, courseOf, type SeenInBoth } from './flip-steps.ts'
import { lookAtBoth } from './look-at-both.ts'
import { noteEverywhere, type Responsible } from './move-phase.ts'
import type { Ledgers } from './store-ledger.ts'

export interface SettingChange {
  readonly catalogue?: Phase
  readonly mirror?: MirrorMode
  readonly monolith?: MonolithPosition
  readonly gateway?: GatewayPosition
  readonly grayPercent?: number
  readonly comparePerMille?: number
  readonly isFinal?: true
}

export type SettingRefused =
  | { readonly kind: 'no-neighbour'; readonly from: Phase; readonly to: Phase }
  | { readonly kind: 'final' }
  /** Its writes would go to a store that nobody reads. */
  | { readonly kind: 'monolith-past-phase1'; readonly phase: Phase }
  /** There is still something to go back from. */
  | { readonly kind: 'not-done'; readonly phase: Phase; readonly catalogue: Phase }

export function settingRefusalOf(from: SwitchState, change: SettingChange): SettingRefused | null {
  const { phase, catalogue } = from
  if (change.catalogue !== undefined) {
    if (Math.abs(PHASES.indexOf(change.catalogue) - PHASES.indexOf(catalogue)) !== 1) {
      return { kind: 'no-neighbour', from: catalogue, to: change.catalogue }
    }
    if (from.isFinal) return { kind: 'final' }
  }
  if (change.monolith === 'own-database' && PHASE_RULES[phase].authority === 'sharded') {
    return { kind: 'monolith-past-phase1', phase }
  }
  if (change.isFinal && (phase !== 'done' || catalogue !== 'done')) return { kind: 'not-done', phase, catalogue }
  return null
}

/** What the monolith wrote by itself is known to no mark: a full comparison counts from when it no longer does. */
export function changed(from: SwitchState, change: SettingChange): SwitchState {
  const revision = from.revision + 1
  const isMonolithMoved = change.monolith !== undefined && change.monolith !== from.monolith
  return { ...from, ...change, revision, comparableSince: isMonolithMoved ? revision : from.comparableSince }
}

export type SettingOutcome =
  | { readonly kind: 'changed'; readonly before: SwitchState; readonly after: SwitchState }
  | { readonly kind: 'refused'; readonly before: SwitchState; readonly refused: SettingRefused }
  | { readonly kind: 'busy' }
  | { readonly kind: 'not-begun' }

export type SettingJudged =
  | { readonly kind: 'possible'; readonly before: SwitchState }
  | Exclude<SettingOutcome, { readonly kind: 'changed' | 'not-begun' }>

/** Changes nothing. */
export async function judgeSetting(
  change: SettingChange,
  ledgers: Ledgers,
): Promise<SettingJudged | { readonly kind: 'not-begun' }> {
  const { seen, hasBegun } = await lookAtBoth(ledgers)
  return hasBegun ? settingJudged(seen, change) : { kind: 'not-begun' }
}

/** What a flip has begun is brought to its end first. */
export function settingJudged(seen: SeenInBoth, change: SettingChange): SettingJudged {
  const before = believedOf(seen)
  if (!before || courseOf(seen)) return { kind: 'busy' }
  const refused = settingRefusalOf(before, change)
  return refused ? { kind: 'refused', before, refused } : { kind: 'possible', before }
}

/** The authority's database is told first; another one that is away is told when it is back. */
export async function changeSetting(
  change: SettingChange,
  responsible: Responsible,
  tools: FlipTools,
): Promise<SettingOutcome> {
  const { ledgers } = tools
  const run = new FlipRun(tools)
  const { token } = run.claim
  try {
    const { seen: found, hasBegun } = await lookAtBoth(ledgers)
    if (!hasBegun) return { kind: 'not-begun' }
    for (const name of ['legacy', 'sharded'] as const) {
      if (found[name] && !(await ledgers[name].takeOver(run.claim))) return { kind: 'busy' }
    }
    const { seen } = await lookAtBoth(ledgers)
    const judged = settingJudged(seen, change)
    if (judged.kind !== 'possible') return judged
    const { before } = judged
    const after = changed(before, change)
    const { authority } = PHASE_RULES[before.phase]
    for (const name of [authority, otherStore(authority)]) {
      if (seen[name] && !(await ledgers[name].announce(token, after, null))) throw new ClaimLost()
    }
    await noteEverywhere(ledgers, { ...responsible, what: change.isFinal ? 'finalise' : 'set', detail: { ...change } })
    if (change.isFinal) await ledgers.sharded.forgetGaps()
    return { kind: 'changed', before, after }
  } catch (error) {
    if (error instanceof ClaimLost) return { kind: 'busy' }
    throw error
  } finally {
    await run.giveBack('claim-only')
  }
}
