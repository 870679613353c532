// What a database holds already, looked at in passing: nothing is started, locked or written, and nobody waits long.

import { setTimeout as sleep } from 'node:timers/promises'
import type { MysqlAddress } from '../contracts/shard-map.ts'
import { readStoredDataset, type StoredDataset } from './store/dataset-store.ts'
import { type Lane, readLanes } from './store/lanes.ts'
import { connect } from './store/mysql-connection.ts'
import { filledTables } from './store/order-tables.ts'

/** For everything: connecting, and a checkpoint that commits meanwhile. */
const LIMIT_MS = 1_000

export type Look =
  | { readonly kind: 'not-looked'; readonly why: string }
  | { readonly kind: 'empty' }
  /** Rows that no seeder recorded. */
  | { readonly kind: 'foreign'; readonly tables: readonly string[] }
  | { readonly kind: 'dataset'; readonly stored: StoredDataset; readonly lanes: readonly Lane[] }

export async function lookAtStores(address: MysqlAddress): Promise<Look> {
  const limit = new AbortController()
  const late = sleep(LIMIT_MS, undefined, { signal: limit.signal }).then(
    (): Look => ({ kind: 'not-looked', why: `the database did not answer within ${LIMIT_MS / 1000} s` }),
  )
  late.catch(() => {})
  try {
    return await Promise.race([look(address), late])
  } catch (error) {
    return { kind: 'not-looked', why: error instanceof Error ? error.message : String(error) }
  } finally {
    limit.abort()
  }
}

async function look(address: MysqlAddress): Promise<Look> {
  const connection = await connect(address)
  try {
    const stored = await readStoredDataset(connection)
    if (stored) return { kind: 'dataset', stored, lanes: await readLanes(connection, stored.dataset) }
    const filled = await filledTables(connection)
    return filled.length === 0 ? { kind: 'empty' } : { kind: 'foreign', tables: filled }
  } finally {
    connection.destroy()
  }
}
