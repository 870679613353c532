// What a process that works with both order stores opens: a pool of each, and the board that says which of them to ask. The
// process starts, and is ready, with the one that is read; the other may be gone.

import type { StoreName } from '../contracts/switches.ts'
import { type BothPools, bothLedgers, bothStores, openBoth } from './both-databases.ts'
import { drainBetween } from './domain/order/close-gaps.ts'
import type { Parts } from './part.ts'
import { requireSchemas, type StoreOptions } from './stores.ts'
import { flipRescue } from './switches/flip-rescue.ts'
import type { FlipTools } from './switches/flip-run.ts'
import { PolledSwitchBoard, type SwitchSource } from './switches/polled-switch-board.ts'
import type { SwitchBoard } from './switches/switch-board.ts'
import { measureSwitches } from './switches/switch-metrics.ts'
import { causeOf } from './telemetry/cause.ts'

export interface Migration {
  readonly pools: BothPools
  readonly board: SwitchBoard
}

export async function openMigration(options: StoreOptions): Promise<Migration> {
  const { config, metrics, logger, parts } = options
  const { map, poolSize } = config.mysql
  const limits = { poolSize, statementLimitMs: config.requestDeadlineMs }
  const pools = openBoth({ legacy: config.legacyMysql, sharded: map }, limits, metrics)
  for (const pool of Object.values(pools)) {
    const checks = pool.checks.map(({ name, ping }) => ({ name: `mysql ${name}`, vital: false, check: ping }))
    parts.add({ checks, stop: () => pool.close() })
  }
  const [board, unreachable] = await Promise.all([openBoard(options, bothLedgers(pools)), requireSchemas(map)])
  for (const reason of unreachable) logger.warn(causeOf(reason), 'a MySQL server cannot be reached')
  return { pools, board }
}

/** Whether the store that is read is the one that this process believes in is vital, and no database by itself. */
export async function openBoard(
  { config, metrics, logger, parts }: StoreOptions,
  sources: Readonly<Partial<Record<StoreName, SwitchSource>>>,
): Promise<SwitchBoard> {
  const board = new PolledSwitchBoard({ sources, role: config.role, logger })
  await board.start()
  measureSwitches(board, metrics)
  parts.add({
    checks: [{ name: 'switches', vital: true, check: async () => board.now() }],
    stop: () => board.stop(),
  })
  return board
}

/** For whoever moves the switches. On connections of its own: a fence that is held up holds up no lease. */
export function flipToolsOf({ pools }: Pick<Migration, 'pools'>): FlipTools {
  return { ledgers: bothLedgers(pools, 'upkeep'), drain: drainBetween(bothStores(pools)) }
}

/** In processes that take writes. */
export function startRescue(tools: FlipTools, { logger, parts }: Pick<StoreOptions, 'logger' | 'parts'>): void {
  parts.startInBackground(flipRescue(tools, logger))
}

const LOOK_EVERY_MS = 250

/** What the monolith's database is to be used for has its tables only once a migration has begun. */
export async function onceBegun(
  board: Pick<SwitchBoard, 'now'>,
  parts: Parts,
  start: () => Promise<unknown> | unknown,
): Promise<void> {
  if (hasBegun(board)) {
    await start()
    return
  }
  const timer = setInterval(() => {
    if (!hasBegun(board)) return
    clearInterval(timer)
    void start()
  }, LOOK_EVERY_MS)
  timer.unref()
  // With what it would start: that begins no more then.
  parts.add({ stage: 'background', stop: () => clearInterval(timer) })
}

export function hasBegun(board: Pick<SwitchBoard, 'now'>): boolean {
  try {
    return board.now().epoch > 0
  } catch {
    return false // out of touch: asked again
  }
}
