// MySQL with the pool of a rung, and the order system in front of it: opened empty, warmed before what is to be warm.

import type { Ladder, PoolKind, Rung, RungPool } from '../../contracts/ladder.ts'
import { memoryBytes } from '../../engines/machine.ts'
import type { LadderJob } from './ladder-job.ts'
import { PAGE_BYTES, type PoolFacts, poolFacts, warmPool, withMysql } from './ladder-tables.ts'

/** Beside the data: undo, the dictionary, what checkouts add. */
const POOL_OF_DATA = 1.1
const POOL_BESIDE_DATA_BYTES = 96 * 2 ** 20
/** Services, Elasticsearch, k6 and the kernel need the rest. */
const MOST_OF_MEMORY = 0.7
/** Of a pool: what its newest rows may take; the rest is for what the load itself brings. */
const WARMED_OF_POOL = 0.9

export interface OpenedPool extends PoolFacts {
  readonly wantedBytes: number
}

/** From an empty pool on. */
export async function openPool(job: LadderJob, ladder: Ladder, rung: Rung, pool: PoolKind): Promise<OpenedPool> {
  const { system } = job
  const wantedBytes = wantedPool(ladder, rung, pool)
  await system.restart(Math.min(wantedBytes, MOST_OF_MEMORY * memoryBytes()))
  const facts = await withMysql(system.engines.mysql, poolFacts)
  await system.serve()
  return { wantedBytes, ...facts }
}

/** Open as it was measured before, and full of what the load asks for most. */
export async function warmedPool(
  job: LadderJob,
  ladder: Ladder,
  rung: Rung,
  { pool, poolBytes }: RungPool,
): Promise<void> {
  const { system, context, shard } = job
  const warmFor = `${pool} of ${rung.orders}`
  if (system.warmedFor === warmFor) return
  if (!system.isServing) await openPool(job, ladder, rung, pool)
  context.say(`  warming the pool up`)
  const part = Math.min(1, (WARMED_OF_POOL * poolBytes) / (rung.pages * PAGE_BYTES))
  await withMysql(system.engines.mysql, (connection) => warmPool(connection, shard, pool === 'memory' ? 1 : part))
  system.warmedFor = warmFor
}

function wantedPool({ planPool }: Ladder, { pages }: Rung, pool: PoolKind): number {
  const dataBytes = pages * PAGE_BYTES
  return pool === 'plan' ? dataBytes * planPool.share : dataBytes * POOL_OF_DATA + POOL_BESIDE_DATA_BYTES
}
