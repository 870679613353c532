// MySQL of a deployment: CPU, buffer pool, disk space and disk operations of the host with the fullest shards.

import type { DeploymentTier, RequestCounters } from '../../contracts/capacity.ts'
import type { Deployment, Interval } from '../../contracts/plan.ts'
import { TABLE_SHAPES } from '../../contracts/tables.ts'
import { propagate } from '../../contracts/uncertainty.ts'
import { isRefused } from '../capacity-model/refuse.ts'
import { DATA_SHARE_OF_DISK, POOL_SHARE_OF_MEMORY } from '../capacity-model/sizing.ts'
import { tableSize } from '../capacity-model/table-size.ts'
import { isDatabase } from '../component-costs.ts'
import { bytes, percent, significant } from '../quantity.ts'
import { hitRatioOfHost, poolBytesOfHost, zipfOfActivity } from '../sizing/buffer-pool.ts'
import { isUnknown, type Known, type Peak, type TierEvidence } from './peak.ts'
import { judgedTier, scaled } from './tier.ts'
import { cpuOfPeak } from './tier-cpu.ts'

interface BusiestHost {
  /** Of all orders, and so of requests and of bytes. */
  readonly share: number
  readonly text: string
  readonly dataBytes: Interval
}

/** Where the shards are put is not the plan's: the fullest ones may come to lie on one host. */
export function busiestHost(
  { mysql: { hosts, shardsPerHost } }: Deployment,
  { resolved, dataBytes }: Pick<TierEvidence, 'resolved' | 'dataBytes'>,
): BusiestHost {
  const { plan, rowsByTable } = resolved
  const count = shardsPerHost ?? Math.ceil(plan.shards / (hosts ?? plan.shards))
  const share = shareOfFullest(rowsByTable, count)
  const of = hosts ?? Math.ceil(plan.shards / count)
  return {
    share,
    text: `the host of ${of} with the ${count === 1 ? 'fullest shard' : `${count} fullest shards`}, ${percent(share)} of the orders`,
    dataBytes: scaled(dataBytes, share),
  }
}

export function shareOfFullest(rowsByTable: readonly number[], count: number): number {
  const total = rowsByTable.reduce((sum, rows) => sum + rows, 0)
  const fullest = rowsByTable.toSorted((a, b) => b - a).slice(0, count)
  // Of a plan so small that no table has a row, every table is as full as the others.
  return total > 0 ? fullest.reduce((sum, rows) => sum + rows, 0) / total : count / rowsByTable.length
}

export function mysqlCpu(deployment: Deployment, evidence: TierEvidence): DeploymentTier {
  const { resolved, peak } = evidence
  const there = { tier: 'mysql-cpu', unit: 'cores', there: deployment.mysql.cores } as const
  const cpu = cpuOfPeak({ name: 'MySQL', isOf: isDatabase }, deployment.cpuSpeed, peak)
  if (isUnknown(cpu)) return judgedTier(there, null, cpu.unknown)
  const { share, text } = busiestHost(deployment, evidence)
  return judgedTier(there, scaled(cpu.cores, share * (1 + resolved.plan.headroom)), `${cpu.basis}; ${text}`)
}

export function mysqlMemory(deployment: Deployment, evidence: TierEvidence): DeploymentTier {
  const { memoryBytes, hitRatio } = deployment.mysql
  const { dataBytes, text } = busiestHost(deployment, evidence)
  const zipf = zipfOfActivity(evidence.resolved.plan.users.activity)
  const pool = propagate([zipf, dataBytes], ([exponent = 0, data = 0]) => poolBytesOfHost(hitRatio, exponent, data))
  const rule = `the buffer pool that answers ${percent(hitRatio)} of page requests out of ${bytes(dataBytes.mid)} of data at the horizon (Che’s approximation), against ${percent(POOL_SHARE_OF_MEMORY)} of the memory; ${text}`
  return judgedTier({ tier: 'mysql-memory', unit: 'bytes', there: POOL_SHARE_OF_MEMORY * memoryBytes }, pool, rule)
}

export function mysqlDisk(deployment: Deployment, evidence: TierEvidence): DeploymentTier {
  const { dataBytes, text } = busiestHost(deployment, evidence)
  const rule = `tables, indexes and keys at the horizon, against ${percent(DATA_SHARE_OF_DISK)} of the disk: the rest is redo, temporary tables and room for a schema change; ${text}`
  return judgedTier(
    { tier: 'mysql-disk', unit: 'bytes', there: DATA_SHARE_OF_DISK * deployment.mysql.diskBytes },
    dataBytes,
    rule,
  )
}

export function mysqlIops(deployment: Deployment, evidence: TierEvidence): DeploymentTier {
  const { resolved, peak } = evidence
  const there = { tier: 'mysql-iops', unit: 'operations', there: deployment.mysql.diskIops } as const
  const counted = countedOf(peak)
  if (isUnknown(counted)) return judgedTier(there, null, counted.unknown)
  const { getsPerSecond, writesPerSecond } = counted
  const zipf = zipfOfActivity(resolved.plan.users.activity)
  const { share, dataBytes, text } = busiestHost(deployment, evidence)
  const poolBytes = POOL_SHARE_OF_MEMORY * deployment.mysql.memoryBytes
  const missRatio = (exponent: number, data: number) => 1 - hitRatioOfHost(poolBytes, exponent, data)
  const inputs = [peak.scale, zipf, dataBytes, leafShare(evidence)]
  const operations = propagate(inputs, ([scale = 1, exponent = 0, data = 0, leaves = 1]) => {
    return scale * (getsPerSecond * leaves * missRatio(exponent, data) + writesPerSecond)
  })
  const misses = missRatio(zipf.mid, dataBytes.mid)
  const rule = `${significant(getsPerSecond / peak.perSecond)} page requests each, of which leaf pages miss the buffer pool with ${percent(misses)} (Che’s approximation), and ${significant(writesPerSecond / peak.perSecond)} writes and flushes; ${text}`
  return judgedTier(there, scaled(operations, share * (1 + resolved.plan.headroom)), rule)
}

interface Counted {
  readonly getsPerSecond: number
  /** Flushes among them. */
  readonly writesPerSecond: number
}

function countedOf({ parts, missing }: Peak): Known<Counted> {
  if (missing.length > 0) return { unknown: `what ${missing.join(', ')} reads and writes was not measured` }
  const perSecond = (counter: keyof RequestCounters) =>
    parts.reduce((sum, { counters, peakPerSecond }) => sum + (counters?.[counter] ?? Number.NaN) * peakPerSecond.mid, 0)
  const getsPerSecond = perSecond('pageGets')
  const writesPerSecond = perSecond('dataWrites') + perSecond('fsyncs')
  return Number.isNaN(getsPerSecond + writesPerSecond)
    ? { unknown: 'what MySQL reads and writes was not counted' }
    : { getsPerSecond, writesPerSecond }
}

/**
 * A look-up asks for one page on each level of the tree, as deep as it was in this run; only the leaf may miss. A range
 * asks for leaves alone: then it is all of them.
 */
function leafShare({ measurements, resolved }: TierEvidence): Interval {
  const rows = measurements.tables.reduce((most, { orders }) => Math.max(most, orders), 0)
  const { plan } = resolved
  const size = tableSize({
    ...TABLE_SHAPES.orders,
    rows: Math.max(1, rows),
    tables: plan.shards,
    insertOrder: 'primary-key',
  })
  const share = isRefused(size) ? 1 : 1 / size.levels
  return { low: share, mid: share, high: 1 }
}
