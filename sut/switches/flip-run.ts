// One holding of the claim, and the steps done under it. Every step looks first whether it is done already, so that a flip
// can be brought to its end by somebody else from wherever it was left.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { composeOrderId, ORDER_ID_EPOCH_MS, SEEDER_WORKER } from '../../contracts/order-id.ts'
import { asShard, type Shard } from '../../contracts/shard.ts'
import { type Flip, otherStore, STORE_NAMES, type StoreName, type SwitchState } from '../../contracts/switches.ts'
import { type FlipStep, mayPassOver, type StepKind, storesOf } from './flip-steps.ts'
import { isSilence } from './look-at-both.ts'
import type { ParkedOrder } from './refusal-of.ts'
import type { Ledgers, StoreLedger } from './store-ledger.ts'
import { PROCESS_LEASE_MS } from './switch-times.ts'

export interface FlipTools {
  readonly ledgers: Ledgers
  /** Has the other store absorb some of what `from` marked; called until no mark is left. */
  readonly drain: (from: StoreName) => Promise<unknown>
  /** Before the announcement the flip is taken back; after it, it is brought to its end. */
  readonly signal?: AbortSignal
  /** Before each step. What it throws leaves the flip as a death would. */
  readonly beforeStep?: (step: FlipStep) => unknown
  /** Orders that the other store can never take may stay behind. */
  readonly leavesParked?: boolean
  /** How long a claim lasts that is not renewed. */
  readonly claimMs?: number
}

/** Why a flip did not go on. */
export type Obstacle =
  | { readonly kind: 'writers-stay'; readonly shards: readonly Shard[] }
  | { readonly kind: 'gaps-stay'; readonly gaps: number }
  /** They were found to be of that kind while the other store was told of them. */
  | { readonly kind: 'parked'; readonly parked: number; readonly orders: readonly ParkedOrder[] }
  | { readonly kind: 'stores-differ'; readonly shards: readonly Shard[] }
  | { readonly kind: 'store-silent'; readonly store: StoreName }
  | { readonly kind: 'interrupted' }

export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly obstacle: Obstacle

  constructor(obstacle: Obstacle) {
    super(obstacle.kind)
    this.obstacle = obstacle
  }
}

/** Somebody else has it: he took us for dead, or was quicker. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

const CLAIM_MS = 4_000
const CLOSE_LIMIT_MS = 5_000
const DRAIN_LIMIT_MS = 5_000
const PAUSE_MS = 10
/** Orders of the last minute: what was written while the flip was under way, and a good while before. */
const COMPARED_MS = 60_000

export interface Task {
  /** null: a database is only told what it missed. */
  readonly flip: Flip | null
  readonly announcement: SwitchState
  readonly steps: readonly FlipStep[]
  /** null: that database does not answer. */
  readonly seenRevisions: Readonly<Record<StoreName, number | null>>
  readonly isAnnounced: boolean
  /** False: it is to come to its end whatever anybody asks for. */
  readonly mayBeTakenBack: boolean
}

export class FlipRun {
  readonly claim: { readonly token: string; readonly ttlMs: number }
  readonly #tools: FlipTools
  readonly #silent = new Set<StoreName>()
  #renewedAtMs = performance.now()
  #hasMoved = false
  #isAnnounced = false
  #mayStop = true
  #closedAtMs: number | undefined
  #openedAtMs: number | undefined

  constructor(tools: FlipTools) {
    this.#tools = tools
    this.claim = { token: randomUUID(), ttlMs: tools.claimMs ?? CLAIM_MS }
  }

  /** Fences or epochs may be other than they were. */
  get hasMoved(): boolean {
    return this.#hasMoved
  }

  /** For which writers waited. */
  get pausedMs(): number {
    return this.#closedAtMs === undefined ? 0 : (this.#openedAtMs ?? performance.now()) - this.#closedAtMs
  }

  async do(task: Task): Promise<void> {
    this.#isAnnounced ||= task.isAnnounced
    this.#mayStop = task.mayBeTakenBack
    for (const name of STORE_NAMES) if (task.seenRevisions[name] === null) this.#silent.add(name)
    for (const step of task.steps) {
      await this.#tools.beforeStep?.(step)
      this.#stopIfAsked()
      await this.#doOrPassOver(step, task)
    }
  }

  /** What was claimed is left as it was found. */
  async giveBack(what: 'flip' | 'claim-only'): Promise<void> {
    await Promise.allSettled(STORE_NAMES.map((name) => this.#tools.ledgers[name].release(this.claim.token, what)))
  }

  async #doOrPassOver(step: FlipStep, task: Task): Promise<void> {
    const { flip } = task
    const mayPass = () => flip !== null && (flip.isForced === true || mayPassOver(flip, step, this.#isAnnounced))
    if (this.#silent.has(step.on) && mayPass()) return await this.#passOver(step)
    try {
      if (step.kind !== 'claim' && step.kind !== 'release') await this.#renew()
      this.#hasMoved ||= step.kind === 'close' || step.kind === 'announce'
      await STEPS[step.kind](this, this.#tools.ledgers[step.on], task)
      if (step.kind === 'announce') this.#isAnnounced = true
    } catch (error) {
      if (!isSilence(error)) throw error
      if (!mayPass()) throw new Stopped({ kind: 'store-silent', store: step.on })
      this.#silent.add(step.on)
      await this.#passOver(step)
    }
  }

  /** Its processes cannot be asked: until their leases have run out they may read it. */
  async #passOver({ kind }: FlipStep): Promise<void> {
    if (kind === 'await') await this.#waiting(PROCESS_LEASE_MS)
  }

  #stopIfAsked(): void {
    if (this.#mayStop && !this.#isAnnounced && this.#tools.signal?.aborted) throw new Stopped({ kind: 'interrupted' })
  }

  async #waiting(ms: number): Promise<void> {
    for (const untilMs = performance.now() + ms; performance.now() < untilMs; await this.#renew()) await sleep(100)
  }

  async #renew(): Promise<void> {
    if (performance.now() - this.#renewedAtMs < this.claim.ttlMs / 4) return
    this.#renewedAtMs = performance.now()
    const asked = STORE_NAMES.filter((name) => !this.#silent.has(name))
    const renewed = await Promise.all(asked.map((name) => this.#tools.ledgers[name].renew(this.claim)))
    if (renewed.includes(false)) throw new ClaimLost()
  }

  /** Again and again, until it says that nothing is left to do. */
  async until(
    isDone: () => Promise<boolean>,
    limit: { readonly ms: number; readonly obstacle: () => Obstacle } | null,
  ): Promise<void> {
    for (const beganAtMs = performance.now(); !(await isDone()); await sleep(PAUSE_MS)) {
      this.#stopIfAsked()
      if (limit && performance.now() - beganAtMs > limit.ms) throw new Stopped(limit.obstacle())
      await this.#renew()
    }
  }

  /** Closing has its limit, as writers wait; what is to be opened is tried until it is. */
  async fence(ledger: StoreLedger, openEpoch: number | null): Promise<void> {
    if (openEpoch === null) this.#closedAtMs ??= performance.now()
    let shards: readonly Shard[] = []
    await this.until(
      async () => {
        shards = await this.fenceOnce(ledger, openEpoch)
        return shards.length === 0
      },
      openEpoch === null ? { ms: CLOSE_LIMIT_MS, obstacle: () => ({ kind: 'writers-stay', shards }) } : null,
    )
  }

  /** The shards that writers hold. */
  async fenceOnce(ledger: StoreLedger, openEpoch: number | null): Promise<readonly Shard[]> {
    const shards = await ledger.fence(openEpoch, this.claim.token)
    if (shards.length > 0 && !(await ledger.renew(this.claim))) throw new ClaimLost()
    return shards
  }

  async drain(ledger: StoreLedger): Promise<void> {
    let found = await ledger.gaps()
    await this.until(
      async () => {
        if (found.gaps === 0) return true
        await this.#tools.drain(ledger.name)
        found = await ledger.gaps()
        return found.gaps === 0
      },
      { ms: DRAIN_LIMIT_MS, obstacle: () => ({ kind: 'gaps-stay', gaps: found.gaps }) },
    )
    const { parked, parkedOrders: orders } = found
    if (parked > 0 && !this.#tools.leavesParked) throw new Stopped({ kind: 'parked', parked, orders })
  }

  async compare(ledger: StoreLedger): Promise<void> {
    const other = this.#tools.ledgers[otherStore(ledger.name)]
    const timestampMs = Math.max(ORDER_ID_EPOCH_MS, Date.now() - COMPARED_MS)
    const sinceOrderId = composeOrderId({ timestampMs, shard: asShard(0), worker: SEEDER_WORKER, sequence: 0 })
    const range = { sinceOrderId, without: await ledger.parkedIds(sinceOrderId) }
    const [ours, theirs] = await Promise.all([ledger.tally(range), other.tally(range)])
    const shards = [...new Set([...ours.keys(), ...theirs.keys()])].filter((shard) => {
      const [one, two] = [ours.get(shard), theirs.get(shard)]
      return one?.orders !== two?.orders || one?.versions !== two?.versions
    })
    if (shards.length > 0) throw new Stopped({ kind: 'stores-differ', shards })
  }

  noteOpened(): void {
    this.#openedAtMs ??= performance.now()
  }
}

type DoStep = (run: FlipRun, ledger: StoreLedger, task: Task) => Promise<unknown>

const STEPS: Readonly<Record<StepKind, DoStep>> = {
  claim: async (run, ledger, { flip, seenRevisions }) => {
    const revision = seenRevisions[ledger.name]
    if (!flip || revision === null) throw new RangeError(`nothing to claim in ${ledger.name}`)
    // A forced one goes over what a dead one left there.
    const isOurs = flip.isForced ? ledger.takeOver(run.claim) : ledger.claim(run.claim, flip, revision)
    if (!(await isOurs)) throw new ClaimLost()
  },
  close: (run, ledger) => run.fence(ledger, null),
  drain: (run, ledger) => run.drain(ledger),
  compare: (run, ledger) => run.compare(ledger),
  announce: async (run, ledger, { announcement, flip }) => {
    if (!(await ledger.announce(run.claim.token, announcement, flip))) throw new ClaimLost()
  },
  await: (run, ledger, { announcement: { epoch } }) =>
    run.until(async () => (await ledger.liveProcesses()).every((process) => process.epoch >= epoch), null),
  // One round: what a slow writer still holds is opened before the end, and the others do not wait for that.
  open: (run, ledger, { announcement }) => run.fenceOnce(ledger, announcement.epoch),
  tell: async (run, ledger, { announcement }) => {
    if (!(await ledger.tell(run.claim.token, announcement.epoch))) throw new ClaimLost()
    run.noteOpened()
  },
  release: async (run, ledger, { flip, announcement }) => {
    if (flip && storesOf(flip).taken === ledger.name) await run.fence(ledger, announcement.epoch)
    await ledger.release(run.claim.token, 'flip')
  },
}
