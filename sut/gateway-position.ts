// Keeps the gateway where the switches say: a file beside its configuration, which it looks for at each old request. Nothing is
// reloaded, so no connection is closed on which a request may be on its way. While neither database answers it stays put.

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GatewayPosition, NO_MIGRATION } from '../contracts/switches.ts'
import { type BothDatabases, bothLedgers, closeBoth, openBoth } from './both-databases.ts'
import { INTERFACE_LAYER_FILE, POSITION_FOLDER } from './gateway/nginx.ts'
import { believedOf } from './switches/flip-steps.ts'
import { lookAtBoth } from './switches/look-at-both.ts'
import type { Ledgers } from './switches/store-ledger.ts'
import { Metrics } from './telemetry/metrics.ts'

const PACE_MS = 250
const LIMITS = { poolSize: 2, statementLimitMs: 3_000 }

export interface FollowedSwitches {
  stop(): Promise<void>
}

/** Resolves once the gateway stands as the switches did at the start. */
export async function keepGatewayPosition(databases: BothDatabases, gatewayFolder: string): Promise<FollowedSwitches> {
  const pools = openBoth(databases, LIMITS, new Metrics())
  const ledgers = bothLedgers(pools)
  let position: GatewayPosition
  try {
    position = await positionIn(ledgers)
    setPosition(gatewayFolder, position)
  } catch (error) {
    await closeBoth(pools)
    throw error
  }
  const stopping = new AbortController()
  const { signal } = stopping
  const run = async () => {
    while (!signal.aborted) {
      await sleep(PACE_MS, undefined, { signal }).catch(() => {})
      const now = await positionIn(ledgers).catch(() => position)
      if (now === position || signal.aborted) continue
      setPosition(gatewayFolder, now)
      position = now
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
      await closeBoth(pools)
    },
  }
}

async function positionIn(ledgers: Ledgers): Promise<GatewayPosition> {
  const { seen, hasBegun } = await lookAtBoth(ledgers)
  return (hasBegun ? believedOf(seen) : undefined)?.gateway ?? NO_MIGRATION.gateway
}

/** Readable by the gateway's own account, which may be another. */
export function setPosition(gatewayFolder: string, position: GatewayPosition): void {
  const folder = join(gatewayFolder, POSITION_FOLDER)
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  const file = join(folder, INTERFACE_LAYER_FILE)
  if (position === 'interface-layer') writeFileSync(file, '')
  else rmSync(file, { force: true })
}
