// A load, from the first question to the target to `measurements.json`. Written after every step, as a run that was cut
// off until the last line of it says otherwise: whatever kills it leaves evidence that claims nothing.

import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import type { Dataset, Identity } from '../contracts/dataset.ts'
import type { EngineProgram } from '../contracts/engines.ts'
import type {
  InvalidReason,
  LoadResult,
  LoadShare,
  Measurements,
  Profile,
  RunConditions,
  Step,
} from '../contracts/measurement.ts'
import type { MigrationPosition } from '../contracts/migration-position.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import type { MeanCost, ProtectionCost } from '../contracts/protection-cost.ts'
import type { Protection } from '../contracts/request-protection.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { type OpenArrivals, scheduleText } from '../contracts/schedule.ts'
import type { MysqlAddress } from '../contracts/shard-map.ts'
import { allShares, shareText } from '../contracts/share.ts'
import { type Acknowledgement, acknowledgements } from './acknowledged-orders.ts'
import { clockOffset } from './clock-offset.ts'
import { type ConditionsOf, runConditions } from './conditions.ts'
import type { Drive, GeneratorPlan } from './drive.ts'
import { idleStep } from './idle.ts'
import type { K6Extras } from './k6-extras.ts'
import { missingLegacyOrders } from './legacy-orders.ts'
import type { LiveFigures } from './live-figures.ts'
import { type Load, loadOf } from './load.ts'
import { migrationPosition, movedDuring } from './migration-position.ts'
import { Observer } from './observer.ts'
import { offerLoad } from './offer-load.ts'
import { orderStore } from './order-store.ts'
import { askInterfaceTimes, type InterfaceTimes, protectionCost } from './protection-cost.ts'
import { writeRunFile } from './run-file.ts'
import type { RungLoad } from './rung-load.ts'
import { type CountedTables, countTables, measureSizes, missingDocuments, missingRows } from './tables.ts'
import { meet, type Target } from './target.ts'
import { untilAnswered } from './until-answered.ts'

export interface LoadRequest {
  /** By name: a flow, `mix`, or the flow of one's own. */
  readonly loads: readonly string[]
  /** A script of one's own among the loads, and its bundle. */
  readonly own?: Load
  readonly profile: Profile
  readonly arrivals: OpenArrivals
  /** Processes of k6 that offer the load together; one unless told otherwise. */
  readonly generators?: GeneratorPlan
  /** Outputs, tags and dashboard of k6. */
  readonly extras?: K6Extras
  /** Of requests to the app's interface; plain unless told otherwise. */
  readonly protection?: Protection
  /** Means what the profile makes of it: docs/load.md. */
  readonly ratePerSecond?: number
  readonly durationSeconds?: number
  /** What the ladder measures at a rung, in the place of the profile. */
  readonly rung?: RungLoad
  /** Rows that were counted before, and stay as they are but for what the load adds; absent: counted at the end. */
  readonly counted?: CountedTables
  /** For the searches of all loads together. */
  readonly budgetSeconds: number
  readonly target: Target
  /** null: not ours to look into. */
  readonly engines: ConditionsOf['engines']
  /** The monolith's database, when it is the monolith that is loaded: its orders count, and not the services'. */
  readonly legacyMysql?: MysqlAddress
  readonly k6: EngineProgram
  readonly plan: ResolvedPlan
  /** `runs/<id>`; its name is the run's. */
  readonly runDir: string
  /** What the user typed. */
  readonly command: string
  readonly signal: AbortSignal
  say(line: string): void
  /** After each step. */
  onStep?(step: Step): void
  /** Twice a second while k6 runs. */
  onLive?(figures: LiveFigures): void
}

const ONE_GENERATOR: GeneratorPlan = { shares: allShares(1), joint: null }
/** Counting 50 million rows takes about 10 s a table on a small machine. */
const COUNTING_LIMIT_MS = 10 * 60_000
/** Of a run that ended so; after Ctrl-C a command has 15 s, and k6 takes some of them (cli/interrupt.ts). */
const LOOK_UP_LIMIT_MS = { whole: COUNTING_LIMIT_MS, 'engine-lost': 60_000, interrupted: 8_000 } as const

export async function runLoad(request: LoadRequest): Promise<Measurements> {
  const run = await Run.begin(request)
  const identity = await meet(request.target).catch((error: Error) => error)
  if (identity instanceof Error) return await run.end([{ code: 'target-dead', evidence: reasonOf(identity) }])
  const dataset = identity?.dataset ?? null
  if (dataset === null && request.loads.some((name) => name !== request.own?.name))
    return await run.end([{ code: 'data-incomplete', evidence: 'the target holds no data' }])
  await run.know(identity, dataset)
  await run.lookAtProtection()

  const lost = new AbortController()
  const observer = await Observer.begin({
    target: request.target,
    engines: request.engines,
    cores: availableParallelism(),
    onFault: ({ name, evidence }) => {
      request.say(`${name}: ${evidence}; the load ends here`)
      lost.abort()
    },
  })
  const signal = AbortSignal.any([request.signal, lost.signal])
  const deadlineMs = Date.now() + request.budgetSeconds * 1000
  try {
    const idle = idlesFirst(request.rung) ? await idleStep(observer, signal) : null
    if (idle !== null) {
      await run.add(idle)
      request.onStep?.(idle)
    }
    for (const [at, name] of request.loads.entries()) {
      if (signal.aborted) break
      const left = request.loads.length - at
      request.say(`${name} (${at + 1} of ${request.loads.length})`)
      const offer = {
        profile: request.profile,
        ratePerSecond: request.ratePerSecond ?? null,
        durationSeconds: request.durationSeconds ?? null,
        rung: request.rung ?? null,
        budgetSeconds: (deadlineMs - Date.now()) / 1000 / left,
      }
      const load = request.own?.name === name ? request.own : loadOf(name, request.plan.plan)
      const result = await offerLoad(load, offer, {
        ...request,
        generators: request.generators ?? ONE_GENERATOR,
        runId: warmUpName(request, run.id),
        dataset,
        k6Program: request.k6.path,
        signal,
        observer,
        onDrive: (drive) => run.remember(drive),
        onStep: async (step) => {
          await run.add(step)
          request.onStep?.(step)
        },
      })
      run.results.push(result)
    }
  } finally {
    await observer.stop()
  }
  const faults = observer.faults()
  if (request.signal.aborted) {
    const unknown = await run.lookUpOrders('interrupted')
    return await run.end([...faults, interrupted(run.steps.length), ...unknown])
  }
  if (faults.length > 0) return await run.end([...faults, ...(await run.lookUpOrders('engine-lost'))])
  return await run.end(await run.closingChecks(identity))
}

class Run {
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

  static async begin(request: LoadRequest): Promise<Run> {
    await mkdir(request.runDir, { recursive: true })
    await writeRunFile(request.runDir, RUN_FILES.plan, request.plan)
    const run = new Run(request, await runConditions(conditionsOf(request, null)))
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
      (error: Error): InvalidReason => ({ code: 'target-dead', evidence: `at the end: ${reasonOf(error)}` }),
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
      return [{ code: 'data-incomplete', evidence: `${what}: ${reasonOf(error)}` }]
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
      return [{ code: 'data-incomplete', evidence: `the rows could not be counted: ${reasonOf(error)}` }]
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

/** The ladder looks once for each pool. */
function idlesFirst(rung: RungLoad | undefined): boolean {
  return rung === undefined || (rung.kind === 'cold' && rung.idleFirst)
}

function shareOf(request: LoadRequest): LoadShare | null {
  const { shares: [share] = [], joint } = request.generators ?? ONE_GENERATOR
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

/** Folders of other machines may be called alike: their warm-ups must not send the same keys. */
function warmUpName({ generators }: LoadRequest, runId: string): string {
  const { shares: [share] = [], joint } = generators ?? ONE_GENERATOR
  return share === undefined || joint === null ? runId : `${joint.workloadId}-${share.index + 1}`
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

function interrupted(steps: number): InvalidReason {
  return { code: 'interrupted', evidence: `the run was cut off after ${steps} steps` }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message || error.name : String(error)
}
