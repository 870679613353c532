// What a database holds already, looked at in passing: nothing is started, locked or written, and nobody waits long.

import { setTimeout as sleep } from 'node:timers/promises'
import { type MysqlAddress, type ShardMap, serverName } from '../contracts/shard-map.ts'
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

/** At every server of the map, as one. */
export async function lookAtServers(map: ShardMap): Promise<Look> {
  const looks = await Promise.all(
    map.map(async (server): Promise<Look> => {
      const look = await lookAtStores(server)
      const isOneOfMany = map.length > 1 && look.kind === 'not-looked'
      return isOneOfMany ? { ...look, why: `${serverName(server)}: ${look.why}` } : look
    }),
  )
  return together(looks)
}

/** Of the looks at each server, home first. What one of them cannot tell, nobody knows; a data set is whole when all say so. */
export function together(looks: readonly Look[]): Look {
  const unknown = looks.find(({ kind }) => kind === 'not-looked')
  if (unknown) return unknown
  const tables = looks.flatMap((look) => (look.kind === 'foreign' ? look.tables : []))
  if (tables.length > 0) return { kind: 'foreign', tables }
  const datasets = looks.flatMap((look) => (look.kind === 'dataset' ? [look] : []))
  const [first] = datasets
  if (!first) return { kind: 'empty' }
  const { stored } = datasets.find((dataset) => dataset.stored.state !== 'finished') ?? first
  const state = stored.state === 'finished' && datasets.length < looks.length ? 'seeding' : stored.state
  return { kind: 'dataset', stored: { ...stored, state }, lanes: datasets.flatMap(({ lanes }) => lanes) }
}

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
