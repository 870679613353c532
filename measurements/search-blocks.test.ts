import { expect, it } from 'vitest'
import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'
import { BLOCK_SECONDS } from '../contracts/measurement.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { simulatedRun } from './fixtures/simulated-run.ts'
import { isOverloaded } from './search/hold.ts'
import { searchBlocks } from './search-blocks.ts'

const plan = resolvePlan(await loadPlan('plan.yaml'))
const load = { name: 'mix', weights: { list: 3, checkout: 1 } }
const run = simulatedRun(load, plan, { answer: () => null })
const dueTimesMs = Array.from({ length: 200 }, (_, i) => (i * BLOCK_SECONDS * 1000) / 100)

/** The first requests of the second block, as many as came to their end. */
function secondBlock(ended: number, entry: Partial<JournalEntry> = {}) {
  const right = { waitedMs: 0, lateMs: 0, totalMs: 5, serviceMs: 5, outcome: OUTCOME_OK }
  const entries = dueTimesMs.slice(0, 100 + ended).map((dueMs, iteration) => {
    return { iteration, flow: iteration % 4 === 0 ? 'checkout' : 'list', dueMs, ...right, ...entry }
  })
  const [first, second] = searchBlocks(run, { entries, dueTimesMs, startedAtMs: 0 }, 0, 2)
  if (first === undefined || second === undefined) throw new Error('two blocks were asked for')
  return second
}

it('counts late and wrong answers of each flow by themselves', () => {
  const { flows } = secondBlock(100, { flow: 'checkout', totalMs: 400 })
  expect(flows.checkout).toMatchObject({ answered: 100, overTarget: 100, errors: 0 })
  expect(flows.list).toMatchObject({ answered: 0, overTarget: 0, errors: 0 })
  expect(secondBlock(100, { outcome: 'status 503' }).flows.list).toMatchObject({
    answered: 75,
    overTarget: 0,
    errors: 75,
  })
})

it('takes a block of which most is still under way for late: each flow has its share of it', () => {
  const block = secondBlock(0)
  expect(block.flows.list).toMatchObject({ answered: 75, overTarget: 75 })
  expect(block.flows.checkout).toMatchObject({ answered: 25, overTarget: 25 })
  expect(isOverloaded(block)).toBe(true)
})

it('takes the few that never come for what whoever was refused did not go on to ask', () => {
  const block = secondBlock(80)
  expect(block.flows.list).toMatchObject({ answered: 60, overTarget: 0 })
  expect(isOverloaded(block)).toBe(false)
})
