// Words of `npm run validate` → the ladder that is asked for, and what it leaves out.

import { InvalidArgumentError } from 'commander'
import type { SeedVolume } from '../../contracts/dataset.ts'
import { LADDER_FLOWS, type LadderAsked, type LadderFlow } from '../../contracts/ladder.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { timeText } from '../../generators/seed-forecast.ts'
import { leastSeconds, type TimedLadder, timesWithin } from '../../measurements/ladder/ladder-times.ts'

const SMALL_RUNGS = [1e6, 5e6] as const
const FULL_RUNGS = [1e6, 5e6, 15e6] as const
export const SMALL_BUDGET_SECONDS = 35 * 60
export const FULL_BUDGET_SECONDS = 75 * 60

export interface LadderOptions {
  readonly full?: true
  readonly rungs?: readonly number[]
  readonly flows: readonly LadderFlow[]
  readonly shard: number
  readonly seed: number
  readonly studies: boolean
  readonly budget?: number
}

export interface ChosenLadder extends TimedLadder {
  readonly asked: LadderAsked
  readonly budgetSeconds: number
  /** Rungs of the small ladder that the budget has no time for. */
  readonly leftOut: readonly number[]
}

/** `planHash`: of all that is asked of the rows, not of the rows alone. */
export function chosenLadder(
  options: LadderOptions,
  { fullTableRows: limit, planHash }: Pick<SeedVolume, 'fullTableRows' | 'planHash'>,
): ChosenLadder {
  const rungs = options.rungs ?? (options.full ? fullRungs(limit) : SMALL_RUNGS.filter((one) => one <= limit))
  refuseRungs(options, rungs, limit)
  const { flows, shard, seed, studies } = options
  const asked: LadderAsked = { planHash, seed, shard, rungs, flows, studies }
  const budgetSeconds = options.budget ?? usualBudget(options, asked)
  const isTyped = options.full === true || options.rungs !== undefined
  // Nobody asked for the rungs of the small ladder by name: those that fit are taken.
  for (let count = rungs.length; count > 0; count--) {
    const some = { ...asked, rungs: rungs.slice(0, count) }
    const timed = timesWithin(some, budgetSeconds)
    if (timed !== null) return { asked: some, budgetSeconds, leftOut: rungs.slice(count), ...timed }
    if (isTyped) break
  }
  throw tooLittleTime(asked, budgetSeconds)
}

/** The limit may be one of the usual rungs, and lie below others. */
function fullRungs(limit: number): readonly number[] {
  return [...FULL_RUNGS.filter((one) => one < limit), limit]
}

/** Rungs that were named take what they need. */
function usualBudget({ full, rungs }: LadderOptions, asked: LadderAsked): number {
  if (full) return FULL_BUDGET_SECONDS
  return rungs === undefined ? SMALL_BUDGET_SECONDS : Math.max(SMALL_BUDGET_SECONDS, leastSeconds(asked))
}

/** What the ladder would answer if it were the other one. */
export function otherLadderText({ asked }: ChosenLadder, limit: number): string {
  const top = asked.rungs.at(-1) ?? 0
  const smallTop = SMALL_RUNGS.findLast((one) => one <= limit)
  if (top >= limit && (smallTop === undefined || smallTop === limit))
    return `It ends at the plan's limit of ${limit.toLocaleString('en')} rows, so it can say how a full table answers.`
  return top >= limit
    ? `The small ladder (without --full) ends at ${smallTop?.toLocaleString('en')} rows: sooner, and with no answer about a full table.`
    : `It ends at ${top.toLocaleString('en')} rows, so it cannot say that a full table holds: --full goes on to ${limit.toLocaleString('en')}, in about ${timeText(FULL_BUDGET_SECONDS)}.`
}

function refuseRungs({ full, rungs }: LadderOptions, chosen: readonly number[], limit: number): void {
  const why = [
    ...(full && rungs ? ['--full has its own rungs: leave one of them out'] : []),
    ...chosen
      .filter((orders) => orders > limit)
      .map((orders) => `${orders} orders are more than the plan's limit of ${limit}`),
    ...(chosen.length === 0 ? [`the plan's limit of ${limit} rows lies below the first rung`] : []),
  ]
  if (why.length > 0)
    throw new Refusal({
      what: 'that is no ladder',
      why,
      wayOut: 'Name rungs up to the limit, or go to it with --full.',
    })
}

function tooLittleTime(asked: LadderAsked, budgetSeconds: number): Refusal {
  return new Refusal({
    what: 'the ladder does not fit its budget',
    why: [`it takes about ${timeText(leastSeconds(asked))} at least, and may take ${timeText(budgetSeconds)}`],
    wayOut: 'Give it more with --budget, or ask for less: fewer --rungs, one of the --flows, --no-studies.',
  })
}

/** `1e6,5e6` */
export function parseRungs(text: string): readonly number[] {
  const rungs = text.split(',').map(Number)
  const isRising = rungs.every((orders, at) => at === 0 || orders > (rungs[at - 1] ?? 0))
  if (rungs.every((orders) => Number.isSafeInteger(orders) && orders >= 100) && isRising) return rungs
  throw new InvalidArgumentError('rungs are whole numbers of orders, 100 or more, rising: 1e6,5e6')
}

/** `list,checkout` */
export function parseFlows(text: string): readonly LadderFlow[] {
  const named = text.split(',')
  const flows = LADDER_FLOWS.filter((flow) => named.includes(flow))
  if (flows.length === named.length) return flows
  throw new InvalidArgumentError(`flows of the ladder are ${LADDER_FLOWS.join(', ')}`)
}
