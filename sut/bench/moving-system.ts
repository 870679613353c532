// A system that is moved through the phases of a migration for a benchmark: both databases, begun, and whoever flips them.

import { randomUUID } from 'node:crypto'
import { oneServer } from '../../contracts/shard-map.ts'
import { type MirrorMode, PHASE_RULES, type Phase, type StoreName, type SwitchState } from '../../contracts/switches.ts'
import { bothLedgers, bothStores, closeBoth, openBoth } from '../both-databases.ts'
import { drainBetween } from '../domain/order/close-gaps.ts'
import { beginOrGoOn, compareInFull } from '../migration/full-comparison.ts'
import { beginImport, importOrders } from '../migration/import-orders.ts'
import { withinJob } from '../migration/judge-in-groups.ts'
import { comparedIn } from '../migration/order-sights.ts'
import { prepareSwitches } from '../prepare-migration.ts'
import { prepareLegacySchema } from '../storage/legacy-schema.ts'
import { LEGACY_MIGRATIONS } from '../storage/legacy-store/legacy-migrations.ts'
import { openProgress } from '../storage/progress-table.ts'
import { migrate, prepareSchema } from '../storage/schema.ts'
import { beginMigration } from '../switches/begin-migration.ts'
import { changeSetting, type SettingChange } from '../switches/change-setting.ts'
import { believedOf } from '../switches/flip-steps.ts'
import { lookAtBoth } from '../switches/look-at-both.ts'
import { movePhase } from '../switches/move-phase.ts'
import { Metrics } from '../telemetry/metrics.ts'

const RESPONSIBLE = { who: 'bench:sut', why: 'a measurement' }
const ORDINARY = { services: ['order', 'payment'], acceptLoss: false, leaveParked: false } as const
const LIMITS = { poolSize: 4, statementLimitMs: 60_000 }

export interface MovingSystem {
  /** Milliseconds that writers waited. */
  move(to: Phase): Promise<number>
  setMirror(mirror: MirrorMode): Promise<void>
  /** What only the monolith's database has, into the sharded one; then every order of both. Rejects where they differ. */
  importAndCompare(): Promise<void>
  /** Orders that the store which follows is behind with. */
  gaps(phase: Phase): Promise<number>
  close(): Promise<void>
}

/** Both databases are empty; afterwards the monolith's decides. */
export async function openMovingSystem(
  urls: Readonly<Record<StoreName, string>>,
  signal: AbortSignal,
): Promise<MovingSystem> {
  const databases = { legacy: { url: urls.legacy }, sharded: oneServer({ url: urls.sharded }) }
  await prepareSchema(databases.sharded)
  await prepareLegacySchema(databases.legacy)
  await prepareSwitches(databases)
  await migrate(oneServer(databases.legacy), LEGACY_MIGRATIONS)
  const pools = openBoth(databases, LIMITS, new Metrics())
  const stores = bothStores(pools)
  const ledgers = bothLedgers(pools)
  const tools = { ledgers, signal, drain: drainBetween(stores) }
  const believed = async (): Promise<SwitchState> => {
    const state = believedOf((await lookAtBoth(ledgers)).seen)
    if (!state) throw new Error('no database knows of a migration')
    return state
  }
  const set = async (change: SettingChange) => {
    const outcome = await changeSetting(change, RESPONSIBLE, tools)
    if (outcome.kind !== 'changed') throw new Error(`not set: ${JSON.stringify(outcome)}`)
  }
  await beginMigration(RESPONSIBLE, tools)
  // No monolith serves here; a full comparison counts from when it no longer writes by itself.
  await set({ monolith: 'business-layer' })
  return {
    move: async (to) => {
      const moved = await movePhase(() => to, ORDINARY, RESPONSIBLE, tools)
      if (moved.kind !== 'moved') throw new Error(`not moved to ${to}: ${JSON.stringify(moved)}`)
      return moved.pausedMs
    },
    setMirror: (mirror) => set({ mirror }),
    importAndCompare: async () => {
      const state = await believed()
      await importOrders(beginImport(null, state), {
        from: stores.legacy,
        to: stores.sharded,
        progress: await openProgress(pools.sharded.home, 'import', withinJob),
        signal,
        onOrders: () => {},
      })
      const { differing } = await compareInFull(
        beginOrGoOn(null, state, randomUUID),
        {
          stores: comparedIn(state.phase, stores),
          ledgers,
          progress: await openProgress(pools.sharded.home, 'comparison', withinJob),
          signal,
          onCompared: () => {},
        },
        false,
      )
      if (differing > 0) throw new Error(`${differing} orders differ between the two stores`)
    },
    gaps: async (phase) => (await ledgers[PHASE_RULES[phase].authority].gaps()).gaps,
    close: async () => {
      await closeBoth(pools)
    },
  }
}
