// One seeder per shard at a time: server-side named locks, gone with the connection that holds them. Several machines
// may seed disjoint shards of one database.

import { createHash } from 'node:crypto'
import type { Connection } from 'mysql2/promise'
import { Refusal } from '../../contracts/refusal.ts'
import { ALL_SHARDS } from '../../contracts/shard.ts'
import { rows } from './mysql-connection.ts'

/** A server may take a while to notice that a killed seeder's connection is gone; MySQL takes longer than MariaDB. */
const PATIENCE_MS = 5_000
/** Beginning takes a second or two; longer than this, the engines' own errors say more than waiting on. */
const BEGIN_PATIENCE_SECONDS = 60

/** Takes the locks of all shards or refuses. Keep the connection open, and stop when it is lost. */
export async function lockShards(connection: Connection, shards: readonly number[]): Promise<void> {
  const prefix = await lockPrefix(connection)
  const deadlineMs = Date.now() + PATIENCE_MS
  const taken: number[] = []
  for (const shard of shards) {
    const waitSeconds = Math.max(0, (deadlineMs - Date.now()) / 1000)
    const [row] = await rows<{ got: string | number | null }>(connection, 'SELECT GET_LOCK(?, ?) AS got', [
      `${prefix}_${shard}`,
      waitSeconds,
    ])
    if (Number(row?.got) !== 1) taken.push(shard)
  }
  if (taken.length === 0) return
  throw new Refusal({
    what: 'another seeder is at work on these tables',
    why: [
      `it holds the lock of ${taken.length === 1 ? 'shard' : 'shards'} ${taken.slice(0, 8).join(', ')}${taken.length > 8 ? ' …' : ''}`,
    ],
    wayOut: 'Wait until it has ended, or seed other shards with --shards.',
  })
}

/**
 * One seeder at a time: what all of them share is made by the first. MySQL lets two who create the same table in the
 * same moment deadlock.
 */
export async function oneAtATime<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const name = `${await lockPrefix(connection)}_begin`
  await connection.query('SELECT GET_LOCK(?, ?)', [name, BEGIN_PATIENCE_SECONDS])
  try {
    return await work()
  } finally {
    await connection.query('SELECT RELEASE_LOCK(?)', [name]).catch(() => {})
  }
}

/** Somebody else seeds shards of this database now. */
export async function isShared(connection: Connection): Promise<boolean> {
  const prefix = await lockPrefix(connection)
  const holders = ALL_SHARDS.map((shard) => `IS_USED_LOCK('${prefix}_${shard}') <> CONNECTION_ID()`)
  const [row] = await rows<{ shared: string | number | null }>(
    connection,
    `SELECT ${holders.map((held) => `IFNULL(${held}, 0)`).join(' + ')} AS shared`,
  )
  return Number(row?.shared) > 0
}

async function lockPrefix(connection: Connection): Promise<string> {
  const [schema] = await rows<{ name: string }>(connection, 'SELECT DATABASE() AS name')
  return `headroom_${createHash('sha256')
    .update(schema?.name ?? '')
    .digest('hex')
    .slice(0, 16)}`
}
