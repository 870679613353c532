// What a run leaves on disk: its conditions, steps, orders and rows. Written after every step, as a run that was cut off until
// the last line of it says otherwise: whatever kills it leaves evidence that claims nothing.

import { mkdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dataset, Identity } from '../contracts/dataset.ts'
import type {
  InvalidReason,
  LoadResult,
  LoadShare,
  Measurements,
  RunConditions,
  Step,
} from '../contracts/measurement.ts'
import type { MigrationPosition } from '../contracts/migration-position.ts'
import type { MeanCost, ProtectionCost } from '../contracts/protection-cost.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { scheduleText } from '../contracts/schedule.ts'
import { shareText } from '../contracts/share.ts'
import { type Acknowledgement, acknowledgements } from './acknowledged-orders.ts'
import { clockOffset } from './clock-offset.ts'
import { type ConditionsOf, runConditions } from './conditions.ts'
import type { Drive } from './drive.ts'
import { messageOf } from './error-text.ts'
import { missingLegacyOrders } from './legacy-orders.ts'
import { generatorsOf, type LoadRequest } from './load-request.ts'
import { migrationPosition, movedDuring } from './migration-position.ts'
import { orderStore } from './order-store.ts'
import { askInterfaceTimes, type InterfaceTimes, protectionCost } from './protection-cost.ts'
import { writeRunFile } from './run-file.ts'
import { countTables, measureSizes, missingDocuments, missingRows, searchSize } from './tables.ts'
import { meet } from './target.ts'
import { untilAnswered } from './until-answered.ts'

/** Counting 50 million rows takes about 10 s a table on a small machine. */
const COUNTING_LIMIT_MS = 10 * 60_000
/** What was written a moment ago is found after the next refresh, and they are a second apart. */
const UNTIL_FOUND_MS = 2_000
/** Of a run that ended so; after Ctrl-C a command has 15 s, and k6 takes some of them (cli/interrupt.ts). */
const LOOK_UP_LIMIT_MS = { whole: COUNTING_LIMIT_MS, 'engine-lost': 60_000, interrupted: 8_000 } as const

export class RunRecord {
  readonly id: string
  readonly steps: Step[] = []
  readonly results: LoadResult[] = []
  readonly #acknowledged: Acknowledgement[] = []
  readonly #protectionInK6: MeanCost[] = []
  #protectionBefore: InterfaceTimes | null = null
  #protection: ProtectionCost | null = null
  readonly #request: LoadRequest
  readonly #startedAt = new Date().toISOString()
  #conditions: RunConditions
  #dataset: Dataset | null = null
  #share: LoadShare | null
  #counted: Pick<Measurements, 'tables' | 'tablesCountedAt' | 'sizes' | 'acknowledged'> = {
    acknowledged: null,
    tables: [],
    tablesCountedAt: null,
    sizes: null,
  }

  private constructor(request: LoadRequest, conditions: RunConditions) {
    this.id = basename(request.runDir)
    this.#request = request
    this.#conditions = conditions
    this.#share = shareOf(request)
  }

  static async begin(request: LoadRequest): Promise<RunRecord> {
    await mkdir(request.runDir, { recursive: true })
    await writeRunFile(request.runDir, RUN_FILES.plan, request.plan)
    const run = new RunRecord(request, await runConditions(conditionsOf(request, null)))
    await run.#write([interrupted(0)])
    return run
  }

  async know(identity: Identity | null, dataset: Dataset | null): Promise<void> {
    this.#dataset = dataset
    const conditions = await runConditions(conditionsOf(this.#request, identity))
    const start = await migrationOf(this.#request)
    this.#conditions = start === null ? conditions : { ...conditions, migration: { start } }
    if (dataset !== null) await writeRunFile(this.#request.runDir, RUN_FILES.dataset, dataset)
    if (this.#share !== null) {
      this.#share = { ...this.#share, clock: await clockOffset(this.#request.target) }
    }
    await this.#write([interrupted(0)])
  }

  /** What can be told at once of the data: rows are counted for minutes, in the end. */
  async missingAtFirst(): Promise<readonly InvalidReason[]> {
    const store = orderStore(this.#request, this.#conditions.migration)
    if (store?.kind !== 'tables') return []
    // Whether it answers at all is watched from now on.
    const look = async () => missingDocuments(this.#dataset, await searchSize(store.searchUrl).catch(() => null))
    if ((await look()) === null) return []
    await sleep(UNTIL_FOUND_MS)
    return [await look()].filter((one) => one !== null)
  }

  /** Before the first request of k6, and after its last. */
  async lookAtProtection(): Promise<void> {
    const { protection = 'plain', target } = this.#request
    if (protection === 'plain') return
    const seen = await askInterfaceTimes(target)
    this.#protectionBefore ??= seen
    const looks = { before: this.#protectionBefore, after: seen }
    this.#protection = protectionCost(protection, this.#protectionInK6, looks)
  }

  async add(step: Step): Promise<void> {
    this.steps.push(step)
    await this.#write([interrupted(this.steps.length)])
  }

  remember({ request, entries, ends }: Drive): void {
    this.#protectionInK6.push(...ends.flatMap(({ protection }) => protection ?? []))
    if (this.#share !== null && request.arrivals !== 'closed') {
      this.#share = { ...this.#share, schedule: scheduleText(request.schedule) }
    }
    for (const one of acknowledgements(entries)) this.#acknowledged.push(one)
  }

  /** Is it still the system, and are the rows there, that the load was meant for? */
  async closingChecks(before: Identity | null): Promise<readonly InvalidReason[]> {
    const unmeasured = this.#request.loads
      .filter((load) => !this.steps.some((step) => step.load === load && step.kind !== 'warm-up'))
      .map((load): InvalidReason => ({ code: 'generator-failed', evidence: `no step of ${load} was measured` }))
    const changed = await meet(this.#request.target).then(
      (now) => changedTarget(before, now),
      (error: Error): InvalidReason => ({ code: 'target-dead', evidence: `at the end: ${messageOf(error)}` }),
    )
    const unknown = await this.lookUpOrders('whole')
    return [...unmeasured, ...(changed ? [changed] : []), ...unknown, ...(await this.#count())]
  }

  /** In every ending: an order that was told and is not there is lost, whatever else went wrong. Gives what is not known. */
  async lookUpOrders(ending: keyof typeof LOOK_UP_LIMIT_MS): Promise<readonly InvalidReason[]> {
    if (ending !== 'whole' && this.#acknowledged.length === 0) return []
    const ask = async () => {
      const moved = await this.#closeMigration()
      const acknowledged = await orderStore(this.#request, this.#conditions.migration)?.lookUp(this.#acknowledged)
      this.#counted = { ...this.#counted, acknowledged: acknowledged ?? null }
      return moved === null ? [] : [moved]
    }
    try {
      return await untilAnswered(ask, LOOK_UP_LIMIT_MS[ending])
    } catch (error) {
      const what = `${this.#acknowledged.length} acknowledgements of orders could not be looked up`
      return [{ code: 'data-incomplete', evidence: `${what}: ${messageOf(error)}` }]
    }
  }

  /** Which store was told last. null: it stood still. */
  async #closeMigration(): Promise<InvalidReason | null> {
    const { start } = this.#conditions.migration ?? { start: null }
    const end = await migrationOf(this.#request)
    if (start === null && end === null) return null
    this.#conditions = { ...this.#conditions, migration: { start, end } }
    return movedDuring({ start, end })
  }

  async #count(): Promise<readonly InvalidReason[]> {
    const { signal, say, counted } = this.#request
    const store = orderStore(this.#request, this.#conditions.migration)
    if (store === null) return []
    try {
      if (store.kind === 'monolith') {
        const missing = this.#dataset && (await missingLegacyOrders(store.address, this.#dataset))
        return missing === null ? [] : [missing]
      }
      if (counted === undefined) say('counting the rows of every table')
      const limited = AbortSignal.any([signal, AbortSignal.timeout(COUNTING_LIMIT_MS)])
      const { tables, countedAt } = counted ?? (await countTables(store.map, limited))
      const sizes = await measureSizes(store.map, store.searchUrl, tables)
      this.#counted = { ...this.#counted, tables, tablesCountedAt: countedAt, sizes }
      return [missingRows(this.#dataset, tables), missingDocuments(this.#dataset, sizes)].filter((one) => one !== null)
    } catch (error) {
      return [{ code: 'data-incomplete', evidence: `the rows could not be counted: ${messageOf(error)}` }]
    }
  }

  async end(invalid: readonly InvalidReason[]): Promise<Measurements> {
    if (this.#protection !== null) await this.lookAtProtection()
    return await this.#write([...invalid, ...oneShare(this.#share)])
  }

  async #write(invalid: readonly InvalidReason[]): Promise<Measurements> {
    const measurements: Measurements = {
      runId: this.id,
      startedAt: this.#startedAt,
      finishedAt: new Date().toISOString(),
      profile: this.#request.profile,
      command: this.#request.command,
      conditions: this.#conditions,
      datasetFingerprint: this.#dataset?.fingerprint ?? null,
      ...(this.#share === null ? {} : { share: this.#share }),
      ...(this.#protection === null ? {} : { protection: this.#protection }),
      ...this.#counted,
      steps: this.steps,
      results: this.results,
      invalid,
    }
    await writeRunFile(this.#request.runDir, RUN_FILES.measurements, measurements)
    return measurements
  }
}

function shareOf(request: LoadRequest): LoadShare | null {
  const { shares: [share] = [], joint } = generatorsOf(request)
  if (share === undefined || joint === null) return null
  return {
    share: shareText(share),
    workloadId: joint.workloadId,
    startAt: new Date(joint.startAtMs).toISOString(),
    planHash: request.plan.planHash,
    ...(joint.scriptHash === undefined ? {} : { scriptHash: joint.scriptHash }),
    ratePerSecond: request.ratePerSecond ?? null,
    durationSeconds: request.durationSeconds ?? null,
    schedule: null,
    clock: null,
  }
}

function oneShare(share: LoadShare | null): readonly InvalidReason[] {
  if (share === null) return []
  return [{ code: 'one-share', evidence: `generator ${share.share} alone proves nothing; npm run merge joins them` }]
}

function conditionsOf({ target, engines, k6 }: LoadRequest, identity: Identity | null): ConditionsOf {
  return {
    target,
    engines,
    topology: identity?.topology ?? 'unknown',
    targetKind: target.kind ?? 'headroom',
    sutVersion: identity?.version ?? null,
    k6Version: k6.version,
  }
}

/** null: none has begun, or whatever is loaded is not ours to look into. */
async function migrationOf({ engines, legacyMysql }: LoadRequest): Promise<MigrationPosition | null> {
  const address = engines?.mysql ?? legacyMysql
  return address === undefined ? null : await migrationPosition(address)
}

function changedTarget(before: Identity | null, now: Identity | null): InvalidReason | null {
  const facts = (identity: Identity | null) =>
    identity === null
      ? 'another system'
      : `${identity.version}, ${identity.topology}, data ${identity.dataset?.fingerprint}`
  if (facts(before) === facts(now)) return null
  return { code: 'target-changed', evidence: `before: ${facts(before)}; after: ${facts(now)}` }
}

export function interrupted(steps: number): InvalidReason {
  return { code: 'interrupted', evidence: `the run was cut off after ${steps} steps` }
}
