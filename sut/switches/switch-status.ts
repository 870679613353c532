// How a migration stands, for people and programs: positions, who is open, and what is still to be told.

import {
  type Flip,
  NO_MIGRATION,
  otherStore,
  PHASE_RULES,
  type Service,
  STORE_NAMES,
  type StoreName,
  type Switches,
} from '../../contracts/switches.ts'
import type { GapCounts } from '../storage/gap-counts.ts'
import { believedOf, pendingIn } from './flip-steps.ts'
import { type BothLedgers, lookAtBoth } from './look-at-both.ts'
import type { Ledgers } from './store-ledger.ts'

export interface SwitchStatus extends Omit<Switches, 'open' | 'catalogue'> {
  /** False: no database knows of a migration, and the order system stands as without one. */
  readonly hasBegun: boolean
  /** Every shard of the authority takes writes of this epoch. */
  readonly open: boolean
  readonly services: Readonly<Record<Service, Switches['phase']>>
  /** Orders that the other store has still to be told of; parked ones aside. */
  readonly gaps: number
  /** 0: there are none. */
  readonly oldestGapSeconds: number
  readonly parked: number
  readonly parkedOrders: GapCounts['parkedOrders']
  readonly stores: Readonly<Record<StoreName, StoreStatus>>
  /** On its way, or left half way; null: none. */
  readonly flip: Flip | null
  /** That serve, and how many of them have not heard of this epoch yet. */
  readonly processes: number
  readonly processesBehind: number
  /** Their roles: of several of one role, each. */
  readonly processRoles: readonly string[]
}

export interface StoreStatus {
  readonly answers: boolean
  readonly isAuthority: boolean
  /** Shards that take writes of this epoch. */
  readonly openShards: number
}

export async function switchStatus(ledgers: Ledgers): Promise<SwitchStatus> {
  const both = await lookAtBoth(ledgers)
  const state = both.hasBegun ? believedOf(both.seen) : undefined
  if (!state) return withoutMigration(both)
  const { epoch, phase, catalogue } = state
  const { authority } = PHASE_RULES[phase]
  const answering = STORE_NAMES.filter((name) => both.answers[name])
  const shards = await openShards(ledgers, answering, epoch)
  const counts = both.answers[authority] ? await ledgers[authority].gaps() : NO_GAPS
  const asked = both.answers[authority] ? authority : otherStore(authority)
  const processes = await ledgers[asked].liveProcesses()
  const { mirror, monolith, gateway, grayPercent, comparePerMille, isFinal } = state
  const stores = (name: StoreName): StoreStatus => ({
    answers: both.answers[name],
    isAuthority: name === authority,
    openShards: shards[name].open,
  })
  return {
    hasBegun: true,
    epoch,
    phase,
    open: shards[authority].isWhole,
    services: { order: phase, payment: phase, catalogue },
    ...countsOf(counts),
    mirror,
    monolith,
    gateway,
    grayPercent,
    comparePerMille,
    isFinal,
    stores: { legacy: stores('legacy'), sharded: stores('sharded') },
    flip: pendingIn(both.seen) ?? null,
    processes: processes.length,
    processesBehind: processes.filter((process) => process.epoch < epoch).length,
    processRoles: processes.map(({ role }) => role).toSorted(),
  }
}

const NO_GAPS: GapCounts = { gaps: 0, oldestGapSeconds: null, parked: 0, parkedOrders: [] }

/** As a system stands that has no monolith. */
export const WITHOUT_MIGRATION: SwitchStatus = withoutMigration({ answers: { legacy: false, sharded: true } })

function countsOf({ oldestGapSeconds, ...counts }: GapCounts) {
  return { ...counts, oldestGapSeconds: oldestGapSeconds ?? 0 }
}

async function openShards(ledgers: Ledgers, answering: readonly StoreName[], epoch: number) {
  const found = { legacy: { open: 0, isWhole: false }, sharded: { open: 0, isWhole: false } }
  for (const name of answering) {
    const fences = await ledgers[name].fences()
    const open = fences.filter(({ openEpoch }) => openEpoch === epoch).length
    found[name] = { open, isWhole: open === fences.length && open > 0 }
  }
  return found
}

function withoutMigration({ answers }: Pick<BothLedgers, 'answers'>): SwitchStatus {
  const { catalogue, ...positions } = NO_MIGRATION
  const { phase } = positions
  return {
    ...positions,
    ...countsOf(NO_GAPS),
    hasBegun: false,
    services: { order: phase, payment: phase, catalogue },
    stores: {
      legacy: { answers: answers.legacy, isAuthority: false, openShards: 0 },
      sharded: { answers: answers.sharded, isAuthority: true, openShards: 0 },
    },
    flip: null,
    processes: 0,
    processesBehind: 0,
    processRoles: [],
  }
}
