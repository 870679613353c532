import { describe, expect, it } from 'vitest'
import { type JournalEntry, OUTCOME_LEFT_OVER } from '../contracts/journal.ts'
import { WHOLE } from '../contracts/share.ts'
import { generatorEvidence } from './generator-evidence.ts'

const TARGETS = { list: 100 }
const entries = (changes: (iteration: number) => Partial<JournalEntry>, count = 1000): JournalEntry[] =>
  Array.from({ length: count }, (_, iteration) => ({
    iteration,
    flow: 'list',
    dueMs: iteration * 10,
    waitedMs: 0,
    lateMs: 0,
    totalMs: 50,
    serviceMs: 50,
    outcome: 'ok',
    ...changes(iteration),
  }))
const of = (changes: (iteration: number) => Partial<JournalEntry>, share = WHOLE) =>
  generatorEvidence(entries(changes), share, TARGETS, null)

describe('generatorEvidence', () => {
  it('tells the generator’s own delay, connections included, from waiting for a free user', () => {
    expect(of(() => ({ lateMs: 20, serviceMs: 20 }))).toMatchObject({ lateP99Ms: 30, dropped: 0 })
    expect(of(() => ({ waitedMs: 30, serviceMs: 20 }))).toMatchObject({ lateP99Ms: 0, dropped: 1000 })
  })

  it('blames nobody’s delay for what was never sent, and counts it among those without a free user', () => {
    const left = { waitedMs: 9000, totalMs: 9000, serviceMs: 0, outcome: OUTCOME_LEFT_OVER }
    const late = { lateMs: 20, serviceMs: 20 }
    expect(of((iteration) => (iteration < 995 ? left : late))).toMatchObject({ lateP99Ms: 30, dropped: 995 })
    expect(of(() => left)).toMatchObject({ lateP99Ms: null, dropped: 1000 })
  })

  it('knows what would be over the target without the generator', () => {
    const late = of(() => ({ totalMs: 150, lateMs: 100, serviceMs: 50 }))
    expect(late.flows.list).toEqual({ slow: 1, slowWithoutDelay: 0 })
    const waited = of(() => ({ totalMs: 150, waitedMs: 100, serviceMs: 50 }))
    expect(waited.flows.list).toEqual({ slow: 1, slowWithoutDelay: 1 })
  })

  it('sees of several generators only what its own did', () => {
    const secondIsLate = (iteration: number) => (iteration % 3 === 1 ? { totalMs: 150, lateMs: 100 } : {})
    const [first, second] = [0, 1].map((index) => of(secondIsLate, { index, of: 3 }))
    expect(first).toMatchObject({ iterations: 334, lateP99Ms: 0, flows: { list: { slow: 0, slowWithoutDelay: 0 } } })
    expect(second).toMatchObject({ iterations: 333, lateP99Ms: 100, flows: { list: { slow: 1, slowWithoutDelay: 0 } } })
  })
})
