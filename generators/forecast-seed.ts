// What `seed` would do, by formula: no engine is needed, nothing is started or written. What is there already counts where
// it could be looked at; what would be refused is told, and refuses nothing.

import type { Dataset } from '../contracts/dataset.ts'
import { detailsOf, Refusal, type RefusalDetails } from '../contracts/refusal.ts'
import { countRows, type DatasetDraft, draftDataset, expectRows, ordersOf } from './build-dataset.ts'
import { scaleFor } from './choose-scale.ts'
import type { Look } from './look-at-stores.ts'
import { foreignRows, refuseOtherDataset } from './other-rows.ts'
import type { SizePrediction } from './predict-size.ts'
import { forecast, refuseSmallDisk, sayForecast } from './seed-forecast.ts'
import type { SeedDeps, SeedOptions } from './seed-options.ts'
import { shardText } from './shard-text.ts'
import type { StoredDataset } from './store/dataset-store.ts'
import { isWhole, type Lane } from './store/lanes.ts'

/** Counted in the blink of an eye. */
const ORDERS_COUNTED = 1_000_000

export interface SeedForecast {
  readonly outcome: 'dry-run' | 'already-there'
  readonly dataset: Dataset
  /** `expected`: order items are orders × the plan's mean; every other count is exact. */
  readonly itemCounts: 'exact' | 'expected'
  readonly rowsWritten: 0
  readonly prediction: SizePrediction
  /** Every shard of the data set is there already; null: not looked. */
  readonly finished: boolean | null
  readonly freeDiskBytes: number | null
  /** Why it was not looked whether anything is there. */
  readonly notLooked: string | null
  /** What a run with these options would be refused for. */
  readonly wouldBeRefused: readonly RefusalDetails[]
}

export function forecastSeed(
  options: SeedOptions,
  deps: Pick<SeedDeps, 'freeDiskBytes' | 'memoryBytes' | 'say'>,
  there: Look,
): SeedForecast {
  const stored = storedIn(options, there)
  const draft = draftDataset(options.volume, { ...options, scale: scaleFor(options, deps, stored) })
  const prediction = forecast(draft, options)
  const isSame = stored !== null && stored.dataset.fingerprint === draft.fingerprint
  const isKept = options.ifEmpty && stored?.state === 'finished'
  const lanes = (isSame || isKept) && there.kind === 'dataset' ? there.lanes : []
  const isThere = isWhole(lanes, options.shards)
  const wouldBeRefused = isThere ? [] : refusals(options, draft, prediction, lanes, deps.freeDiskBytes, there)
  if (isThere) deps.say(`Every row of ${shardText(options.shards)} is already there: nothing would be written.`)
  else sayForecast(draft, prediction, lanesOf(lanes, options.shards), options, deps)
  const counted = stored && (isSame || isKept) ? stored.dataset : null
  const isExact = counted !== null || ordersOf(draft) <= ORDERS_COUNTED
  if (!isExact) deps.say('  order items are the expected number: the run counts them')
  deps.say(`  ${lookText(options, there)}`)
  for (const { what, why } of wouldBeRefused) deps.say(`  would be refused: ${what} (${why.join('; ')})`)
  const plan = options.volume.plan
  return {
    outcome: isThere ? 'already-there' : 'dry-run',
    dataset: counted ?? (isExact ? countRows(draft, plan) : expectRows(draft, plan)),
    itemCounts: isExact ? 'exact' : 'expected',
    rowsWritten: 0,
    prediction,
    finished: there.kind === 'not-looked' ? null : isThere && stored?.state === 'finished',
    freeDiskBytes: deps.freeDiskBytes,
    notLooked: there.kind === 'not-looked' ? there.why : null,
    wouldBeRefused,
  }
}

/** Nothing that `--reset`, or a removal that was killed, would remove first. */
function storedIn({ reset }: SeedOptions, there: Look): StoredDataset | null {
  return !reset && there.kind === 'dataset' && there.stored.state !== 'removing' ? there.stored : null
}

function lanesOf(lanes: readonly Lane[], shards: readonly number[]): readonly Lane[] {
  return lanes.filter(({ shard }) => shards.includes(shard))
}

function refusals(
  options: SeedOptions,
  draft: DatasetDraft,
  prediction: SizePrediction,
  lanes: readonly Lane[],
  freeDiskBytes: number | null,
  there: Look,
) {
  const stored = storedIn(options, there)
  return [
    () => refuseSmallDisk(prediction, lanesOf(lanes, options.shards), freeDiskBytes),
    () => {
      if (stored && !(options.ifEmpty && stored.state === 'finished')) refuseOtherDataset(stored, draft)
      if (there.kind === 'foreign' && !options.reset) throw foreignRows(there.tables)
    },
  ].flatMap((check) => {
    try {
      check()
      return []
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return [detailsOf(error)]
    }
  })
}

function lookText({ reset }: SeedOptions, there: Look): string {
  if (there.kind === 'not-looked') return `not looked what is seeded already: ${there.why}`
  if (there.kind === 'empty') return 'nothing is seeded there yet'
  const removal = reset ? ', and --reset would remove it' : ''
  if (there.kind === 'foreign') return `${there.tables.length} tables hold rows of somebody else${removal}`
  const { dataset, state } = there.stored
  const what = { seeding: 'begun', finished: 'whole', removing: 'being removed' }[state]
  return `there: ${dataset.rows.orders.toLocaleString('en')} orders of seed ${dataset.seed} at scale ${dataset.scale}, ${what}${removal}`
}
