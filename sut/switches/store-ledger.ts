// One store as flips see it: its switches, fences, gaps, processes and audit, on one server or several. The first server
// speaks for the store; the others hold a row of switches too, so that nothing there is changed without the claim.

import { CREATE_FENCE_SQL, CREATE_GAPS_SQL, CREATE_MESSAGES_SQL } from '../../contracts/migration-tables.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { Shard } from '../../contracts/shard.ts'
import type { Flip, StoreName, SwitchState } from '../../contracts/switches.ts'
import {
  type AuditEntry,
  CREATE_AUDIT_SQL,
  insertAudit,
  type StoredAuditEntry,
  selectAudit,
} from '../storage/audit-table.ts'
import {
  CREATE_COMPARISONS_SQL,
  type StoredComparison,
  saveComparison,
  selectLatestComparison,
} from '../storage/comparison-table.ts'
import { closeUnbegun, type Fence, insertFences, openUnbegun, selectFences, setFences } from '../storage/fence-table.ts'
import { countGaps, forgetGaps, type GapCounts, selectParkedIds } from '../storage/gap-counts.ts'
import { isMysqlError } from '../storage/mysql-errors.ts'
import type { MysqlLane } from '../storage/mysql-lane.ts'
import type { ServerLane } from '../storage/mysql-pool.ts'
import { type ShardTally, type TallyRange, tallyOrders } from '../storage/order-tally.ts'
import {
  CREATE_PROCESSES_SQL,
  deleteDeadProcesses,
  deleteProcess,
  type LiveProcess,
  processUpsert,
  selectLiveProcesses,
} from '../storage/process-table.ts'
import {
  announce,
  type Claim,
  CREATE_SWITCHES_SQL,
  claimForFlip,
  insertSwitches,
  releaseClaim,
  renewClaim,
  SELECT_SWITCHES,
  type StoredSwitches,
  selectSwitches,
  switchesIn,
  takeClaim,
  tellOpen,
} from '../storage/switch-table.ts'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'

const LIMIT_MS = 3_000
const BEAT_LIMIT_MS = 1_000
const COUNT_LIMIT_MS = 10_000
/** Rows of processes that ended long ago say nothing. */
const DEAD_FOR_MS = 3_600_000

export class StoreLedger {
  readonly name: StoreName
  readonly #servers: readonly ServerLane[]
  readonly #head: MysqlLane

  constructor(name: StoreName, servers: readonly ServerLane[]) {
    const [first] = servers
    if (!first) throw new RangeError(`the ${name} store has no server`)
    this.name = name
    this.#servers = servers
    this.#head = first.lane
  }

  /** Its tables, and its fences, closed: what is there already is left as it is. */
  async prepareTables(): Promise<void> {
    for (const server of this.#servers) {
      for (const sql of [
        CREATE_FENCE_SQL,
        CREATE_GAPS_SQL,
        CREATE_MESSAGES_SQL,
        CREATE_SWITCHES_SQL,
        CREATE_PROCESSES_SQL,
        CREATE_COMPARISONS_SQL,
        CREATE_AUDIT_SQL,
      ]) {
        await server.lane.execute(sql, [], within(COUNT_LIMIT_MS))
      }
      await insertFences(server, within(LIMIT_MS))
    }
  }

  /** Its row, where there is none: from here on the migration has begun here. */
  async begin(state: SwitchState): Promise<void> {
    for (const { lane } of this.#servers) await insertSwitches(lane, state, within(LIMIT_MS))
  }

  /** Each store for its own writers, until a migration begins. */
  async openUnbegun(): Promise<void> {
    for (const server of this.#servers) await openUnbegun(server, within(LIMIT_MS))
  }

  /** Resolves to the shards that writers hold. */
  async closeUnbegun(): Promise<readonly Shard[]> {
    const perServer = await Promise.all(this.#servers.map((server) => closeUnbegun(server, within(COUNT_LIMIT_MS))))
    return perServer.flat()
  }

  /** null: the migration has not begun here. Rejects when the store does not answer. */
  async read(): Promise<StoredSwitches | null> {
    try {
      return await selectSwitches(this.#head, this.name, within(LIMIT_MS))
    } catch (error) {
      if (isMysqlError(error, 'noSuchTable')) return null
      throw error
    }
  }

  /** What it says, and that this process is alive, in one round trip. */
  async beat(process: LiveProcess, leaseMs: number): Promise<StoredSwitches | null> {
    try {
      const [, found] = await this.#head.rowsOfEach(
        [processUpsert(process, leaseMs), SELECT_SWITCHES],
        within(BEAT_LIMIT_MS),
      )
      return switchesIn(found ?? [], this.name)
    } catch (error) {
      if (isMysqlError(error, 'noSuchTable')) return null
      throw error
    }
  }

  leave(processId: string): Promise<void> {
    return deleteProcess(this.#head, processId, within(LIMIT_MS))
  }

  async claim(claim: Claim, flip: Flip, seenRevision: number): Promise<boolean> {
    if (!(await claimForFlip(this.#head, claim, flip, seenRevision, within(LIMIT_MS)))) return false
    return await this.#everyOther((lane) => takeClaim(lane, claim, within(LIMIT_MS)))
  }

  async takeOver(claim: Claim): Promise<boolean> {
    if (!(await takeClaim(this.#head, claim, within(LIMIT_MS)))) return false
    return await this.#everyOther((lane) => takeClaim(lane, claim, within(LIMIT_MS)))
  }

  renew(claim: Claim): Promise<boolean> {
    return this.#everywhere((lane) => renewClaim(lane, claim, within(LIMIT_MS)))
  }

  announce(token: string, state: SwitchState, flip: Flip | null): Promise<boolean> {
    return this.#everywhere((lane) => announce(lane, token, state, flip, within(LIMIT_MS)))
  }

  tell(token: string, epoch: number): Promise<boolean> {
    return this.#everywhere((lane) => tellOpen(lane, token, epoch, within(LIMIT_MS)))
  }

  /** The first server last: until then it says that something is left to do. */
  async release(token: string, what: 'flip' | 'claim-only'): Promise<boolean> {
    const others = await this.#everyOther((lane) => releaseClaim(lane, token, what, within(LIMIT_MS)))
    return (await releaseClaim(this.#head, token, what, within(LIMIT_MS))) && others
  }

  /** The shards that are not yet as wanted: writers hold them, or the claim is lost. */
  async fence(openEpoch: number | null, token: string): Promise<readonly Shard[]> {
    const perServer = await Promise.all(this.#servers.map((server) => fenceServer(server, openEpoch, token)))
    return perServer.flat()
  }

  async fences(): Promise<readonly Fence[]> {
    return (await Promise.all(this.#servers.map((server) => selectFences(server, within(LIMIT_MS))))).flat()
  }

  gaps(): Promise<GapCounts> {
    return countGaps(this.#servers, within(COUNT_LIMIT_MS))
  }

  parkedIds(since: OrderId): Promise<readonly OrderId[]> {
    return selectParkedIds(this.#servers, since, within(LIMIT_MS))
  }

  forgetGaps(): Promise<void> {
    return forgetGaps(this.#servers, within(60_000))
  }

  tally(range: TallyRange): Promise<ReadonlyMap<Shard, ShardTally>> {
    return tallyOrders(this.name, this.#servers, range, within(LIMIT_MS))
  }

  async liveProcesses(): Promise<readonly LiveProcess[]> {
    await deleteDeadProcesses(this.#head, DEAD_FOR_MS, within(LIMIT_MS))
    return await selectLiveProcesses(this.#head, within(LIMIT_MS))
  }

  latestComparison(): Promise<StoredComparison | null> {
    return selectLatestComparison(this.#head, within(LIMIT_MS))
  }

  saveComparison(comparison: StoredComparison): Promise<void> {
    return saveComparison(this.#head, comparison, within(LIMIT_MS))
  }

  note(entry: AuditEntry): Promise<void> {
    return insertAudit(this.#head, entry, within(LIMIT_MS))
  }

  audit(limit: number): Promise<readonly StoredAuditEntry[]> {
    return selectAudit(this.#head, limit, within(LIMIT_MS))
  }

  async #everywhere(change: (lane: MysqlLane) => Promise<boolean>): Promise<boolean> {
    return (await change(this.#head)) && (await this.#everyOther(change))
  }

  async #everyOther(change: (lane: MysqlLane) => Promise<boolean>): Promise<boolean> {
    const [, ...others] = this.#servers
    for (const { lane } of others) if (!(await change(lane))) return false
    return true
  }
}

export type Ledgers = Readonly<Record<StoreName, StoreLedger>>

function within(limitMs: number): CallContext {
  return contextFor('switches', limitMs)
}

/** A shard that a writer holds is left for the next time: the others do not wait for it. */
async function fenceServer(server: ServerLane, openEpoch: number | null, token: string): Promise<readonly Shard[]> {
  const held: Shard[] = []
  for (;;) {
    const unlike = (await selectFences(server, within(LIMIT_MS)))
      .filter((fence) => fence.openEpoch !== openEpoch)
      .map(({ shard }) => shard)
    const wanted = unlike.filter((shard) => !held.includes(shard))
    if (wanted.length === 0) return unlike
    const isHeld = await setFences(server, wanted, openEpoch, token, within(LIMIT_MS)).then(
      () => false,
      (error) => {
        if (!isMysqlError(error, 'lockWaitTimeout')) throw error
        return true
      },
    )
    const left = (await selectFences(server, within(LIMIT_MS))).filter((fence) => fence.openEpoch !== openEpoch)
    // Without an error nothing is left, unless the claim is lost.
    if (!isHeld) return left.map(({ shard }) => shard)
    const first = left.find(({ shard }) => wanted.includes(shard))
    if (first) held.push(first.shard)
  }
}
