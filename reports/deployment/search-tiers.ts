// Elasticsearch of a deployment: CPU of the node with the most shards, disk, and the size of the largest shard.

import type { DeploymentTier } from '../../contracts/capacity.ts'
import type { Deployment, Interval, ResolvedPlan } from '../../contracts/plan.ts'
import { MAX_SHARD_BYTES, MAX_SHARD_DOCUMENTS } from '../capacity-model/elastic-shards.ts'
import { bytes, compact, percent, plural, significant } from '../quantity.ts'
import type { PeakPart } from '../sizing/peak-parts.ts'
import { isUnknown, type TierEvidence } from './peak.ts'
import { judgedTier, scaled } from './tier.ts'
import { cpuOfPeak } from './tier-cpu.ts'

/** Beyond this Elasticsearch puts no shard on a node (its low watermark). */
const FULL_DISK = 0.85

/** Copies of shards come whole: one node may have one more than another. */
export function shareOfFullestNode(shards: number, nodes: number): number {
  return Math.ceil(shards / nodes) / shards
}

export function searchCpu({ cpuSpeed, elasticsearch }: Deployment, { resolved, peak }: TierEvidence): DeploymentTier {
  const { hosts, cores, primaries, replicas } = elasticsearch
  const there = { tier: 'search', unit: 'cores', there: cores } as const
  const copies = 1 + replicas
  // A document is indexed in every copy, a search asks one of them.
  const times = ({ flows }: PeakPart) => (flows.includes('checkout') ? copies : 1)
  const cpu = cpuOfPeak({ name: 'Elasticsearch', isOf: (name) => name === 'elasticsearch', times }, cpuSpeed, peak)
  if (isUnknown(cpu)) return judgedTier(there, null, cpu.unknown)
  const share = shareOfFullestNode(primaries * copies, hosts)
  const rule = `${cpu.basis}, indexing in ${plural(copies, 'copy', 'copies')}; the node of ${hosts} with the most of ${primaries * copies} shards of a quarter, ${percent(share)} of the work`
  return judgedTier(there, scaled(cpu.cores, share * (1 + resolved.plan.headroom)), rule)
}

export function searchDisk({ elasticsearch }: Deployment, evidence: TierEvidence): DeploymentTier {
  const { hosts, diskBytes, primaries, replicas } = elasticsearch
  const there = { tier: 'search-disk', unit: 'bytes', there: FULL_DISK * diskBytes } as const
  const each = bytesPerDocument(evidence)
  if (each === null) return judgedTier(there, null, 'bytes of a document were not measured')
  const { resolved } = evidence
  const copies = 1 + replicas
  const share = shareOfFullestNode(ordersByQuarter(resolved).length * primaries * copies, hosts)
  const rule = `orders at the horizon × ${significant(each)} bytes measured per document × ${plural(copies, 'copy', 'copies')}, ${percent(share)} on the fullest node; against ${percent(FULL_DISK)} of the disk`
  return judgedTier(there, scaled(resolved.totalOrders, each * copies * share), rule)
}

/** By bytes or by documents, whichever is nearer to its limit. */
export function searchShards({ elasticsearch: { primaries } }: Deployment, evidence: TierEvidence): DeploymentTier {
  const quarters = ordersByQuarter(evidence.resolved)
  const largest = quarters.toSorted((a, b) => b.mid - a.mid)[0] ?? { low: 0, mid: 0, high: 0 }
  const documents = scaled(largest, 1 / primaries)
  const each = bytesPerDocument(evidence)
  const rule = `the busiest quarter's ${compact(largest.mid)} orders in ${plural(primaries, 'primary', 'primaries')}; a shard keeps at most ${bytes(MAX_SHARD_BYTES)} and ${compact(MAX_SHARD_DOCUMENTS)} documents`
  const isByBytes = each !== null && each * MAX_SHARD_DOCUMENTS > MAX_SHARD_BYTES
  return isByBytes
    ? judgedTier({ tier: 'search-shards', unit: 'bytes', there: MAX_SHARD_BYTES }, scaled(documents, each), rule)
    : judgedTier({ tier: 'search-shards', unit: 'documents', there: MAX_SHARD_DOCUMENTS }, documents, rule)
}

function bytesPerDocument({ measurements: { sizes } }: TierEvidence): number | null {
  return sizes === null || sizes.searchDocuments === 0 ? null : sizes.searchBytes / sizes.searchDocuments
}

/** The search index is cut by quarter of the calendar. */
function ordersByQuarter({ months }: ResolvedPlan): readonly Interval[] {
  const quarters = new Map<string, Interval>()
  for (const { month, orders } of months) {
    const [year, ofYear] = month.split('-')
    const name = `${year}-${Math.ceil(Number(ofYear) / 3)}`
    const sum = quarters.get(name) ?? { low: 0, mid: 0, high: 0 }
    quarters.set(name, { low: sum.low + orders.low, mid: sum.mid + orders.mid, high: sum.high + orders.high })
  }
  return [...quarters.values()]
}
