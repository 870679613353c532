// Proves a seeded data set: exact counts, routing, ids, books, search index, skew, sizes.

import type { Client } from '@elastic/elasticsearch'
import type { Connection } from 'mysql2/promise'
import type { Dataset, DatasetState } from '../../contracts/dataset.ts'
import type { Plan } from '../../contracts/plan.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { ORDER_INDEX } from '../../contracts/search-index.ts'
import type { StartProgress } from '../seed-options.ts'
import type { StoreAddresses } from '../store/addresses.ts'
import { readStoredDataset, type StoredDataset } from '../store/dataset-store.ts'
import { isComplete, LANES_TABLE, type Lane, readLanes } from '../store/lanes.ts'
import { connect, explained } from '../store/mysql-connection.ts'
import { explainedSearch, indexedFingerprint, searchClient } from '../store/search-index.ts'
import { type TableBytes, tableBytes } from '../store/table-bytes.ts'
import { verifyCatalogue } from './catalogue-check.ts'
import { type Finding, MAX_SAMPLES } from './finding.ts'
import { type DonePiece, VerifyJournal } from './journal.ts'
import { journalIdentity } from './journal-identity.ts'
import { verifyKeys } from './key-check.ts'
import { verifySchema } from './schema-check.ts'
import { verifySearchWindow } from './search-window.ts'
import { type SkewFigures, verifySkew } from './skew-check.ts'
import { verifyTables } from './table-check.ts'
import { verifyTableRange } from './table-range.ts'
import { verifyTimes } from './timeless-documents.ts'
import { type Piece, verificationPieces } from './verify-plan.ts'

export interface VerifyOptions {
  /** The plan the data set was seeded from; its hash must fit. */
  readonly plan: Plan
  readonly planHash: string
  readonly shards: readonly number[]
}

export interface VerifyDeps {
  readonly stores: StoreAddresses
  readonly cores: number
  /** Where a stopped run leaves what it has done. */
  readonly journalFile: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly startProgress: StartProgress
}

export interface VerifyReport {
  readonly ok: boolean
  readonly dataset: Dataset
  readonly state: DatasetState
  readonly seconds: number
  readonly findings: readonly Finding[]
  /** Those whose tables were looked at. */
  readonly shards: readonly number[]
  /** Orders, items and payments of these shards, as counted. */
  readonly seededRows: number
  /** Orders that running services added; not part of the seeded counts, but of the books. */
  readonly liveOrders: number
  /** null where no shard has all its tables. */
  readonly skew: SkewFigures | null
  readonly tables: readonly TableBytes[]
  /** Documents were compared; false without a search engine, its index, or a shard that has all its tables. */
  readonly searchCompared: boolean
}

export async function verify(options: VerifyOptions, deps: VerifyDeps): Promise<VerifyReport> {
  const startedAtMs = Date.now()
  const connections = await Promise.all(
    Array.from({ length: Math.max(1, deps.cores) }, () => connect(deps.stores.mysql)),
  )
  const search = deps.stores.elasticsearchUrl ? searchClient(deps.stores.elasticsearchUrl) : null
  try {
    const [connection] = connections as [Connection, ...Connection[]]
    const stored = await readStoredDataset(connection)
    if (!stored) throw neverSeeded()
    const { dataset, state } = stored
    if (dataset.planHash !== options.planHash) throw otherPlan(dataset, options)
    const indexed = search ? await indexedFingerprint(search) : null
    const index = indexed === null ? null : search
    const present = await verifyTables(connection, options.shards, dataset)
    const shards = present.wholeShards
    const isAnyWhole = shards.length > 0
    const schema = await verifySchema(connection, index, shards)
    const compared = isAnyWhole ? index : null
    const done = await verifyPieces(connections, compared, stored, { ...options, shards }, deps)
    const skew = isAnyWhole ? await verifySkew(connection, dataset, shards) : null
    const findings = mergeFindings([
      ...present.findings,
      ...schema,
      ...(search && indexed !== dataset.fingerprint ? [otherIndex(indexed)] : []),
      ...(present.hasLanes ? unfinished(await readLanes(connection, dataset), options.shards) : []),
      ...(present.hasCatalogue ? await verifyCatalogue(connection) : []),
      ...done.flatMap((piece) => piece.findings),
      ...(compared ? await verifyTimes(compared) : []),
      ...(await verifyKeys(connection, dataset, shards)),
      ...(skew?.findings ?? []),
    ])
    return {
      ok: findings.length === 0,
      dataset,
      state,
      seconds: (Date.now() - startedAtMs) / 1000,
      findings,
      shards,
      seededRows: done.reduce((sum, { seededRows }) => sum + seededRows, 0),
      liveOrders: done.reduce((sum, { liveOrders }) => sum + liveOrders, 0),
      skew: skew?.figures ?? null,
      tables: isAnyWhole ? await tableBytes(connection, shards) : [],
      searchCompared: compared !== null,
    }
  } catch (error) {
    throw explained(explainedSearch(error))
  } finally {
    for (const connection of connections) connection.destroy()
    await search?.close()
  }
}

async function verifyPieces(
  connections: readonly Connection[],
  search: Client | null,
  stored: StoredDataset,
  { plan, shards }: VerifyOptions,
  { stores: { mysql, elasticsearchUrl }, journalFile, signal, say, startProgress }: VerifyDeps,
): Promise<readonly DonePiece[]> {
  const { dataset } = stored
  const pieces = verificationPieces(dataset, shards, search !== null)
  const looksAt = { mysql, elasticsearchUrl: search ? elasticsearchUrl : null }
  const journal = new VerifyJournal(journalFile, journalIdentity({ stores: looksAt, stored, shards }))
  const done = [...(await journal.open())]
  if (done.length > 0) say(`Continuing: ${done.length} of ${pieces.length} pieces were done before.`)

  const known = new Set(done.map(({ key }) => key))
  const open = pieces.filter(({ key }) => !known.has(key)).values()
  const total = pieces.reduce((sum, { weight }) => sum + weight, 0)
  const progress = startProgress({ label: 'Verifying', total: Math.round(total), unit: 'steps' })
  let passed = pieces.reduce((sum, { key, weight }) => sum + (known.has(key) ? weight : 0), 0)
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (const piece of open) {
          signal.throwIfAborted()
          const result = { key: piece.key, ...(await verifyPiece(piece, connection, search, dataset, plan, shards)) }
          done.push(result)
          await journal.add(result)
          passed += piece.weight
          progress.update(Math.round(passed))
        }
      }),
    )
  } finally {
    progress.stop()
  }
  await journal.close()
  return done
}

async function verifyPiece(
  piece: Piece,
  connection: Connection,
  search: Client | null,
  dataset: Dataset,
  plan: Plan,
  shards: readonly number[],
): Promise<Omit<DonePiece, 'key'>> {
  if (piece.kind === 'tables') return verifyTableRange(connection, dataset, plan, piece.range)
  const findings = search ? await verifySearchWindow(connection, search, shards, piece.window) : []
  return { findings, seededRows: 0, liveOrders: 0 }
}

/** The same mistake in many pieces is told once. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const merged = new Map<string, Finding>()
  for (const finding of findings) {
    const key = `${finding.check}|${finding.where}|${finding.what}`
    const before = merged.get(key)
    merged.set(key, {
      ...finding,
      count: finding.count + (before?.count ?? 0),
      samples: [...(before?.samples ?? []), ...finding.samples].slice(0, MAX_SAMPLES),
    })
  }
  return [...merged.values()]
}

function unfinished(lanes: readonly Lane[], shards: readonly number[]): readonly Finding[] {
  const open = lanes.filter((lane) => shards.includes(lane.shard) && !isComplete(lane))
  if (open.length === 0) return []
  return [
    {
      check: 'counts',
      where: LANES_TABLE,
      what: 'seeding has not come to its end',
      count: open.length,
      samples: open
        .slice(0, MAX_SAMPLES)
        .map(({ shard, done, orders }) => `shard ${shard}: ${done} of ${orders} orders`),
    },
  ]
}

function otherIndex(indexed: string | null): Finding {
  const what = indexed === null ? 'there is no search index' : 'the search index belongs to another data set'
  return {
    check: 'search-index',
    where: ORDER_INDEX,
    what,
    count: 1,
    samples: indexed === null ? [] : [`fingerprint ${indexed}`],
  }
}

function neverSeeded(): Refusal {
  return new Refusal({
    what: 'there is no seeded data set to verify',
    why: ['the database has no row in headroom_dataset'],
    wayOut: 'Seed first:',
    command: 'npm run seed -- --years 3',
  })
}

function otherPlan(dataset: Dataset, { planHash }: VerifyOptions): Refusal {
  return new Refusal({
    what: 'the data set was seeded from another plan',
    why: [`there: plan ${dataset.planHash.slice(0, 12)}, here: plan ${planHash.slice(0, 12)}`],
    wayOut: 'Name the plan it was seeded from with --plan.',
  })
}
