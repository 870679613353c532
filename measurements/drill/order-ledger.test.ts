import { expect, it } from 'vitest'
import type { JournalEntry } from '../../contracts/journal.ts'
import { balanced } from './order-ledger.ts'

const checkout = (outcome: string, at: number): JournalEntry => ({
  iteration: at,
  flow: 'checkout',
  dueMs: at,
  waitedMs: 0,
  lateMs: 0,
  totalMs: 1,
  serviceMs: 1,
  outcome,
})
const TOLD = ['ok', 'ok', 'ok', 'status 503 outcome-unknown', 'error: request timeout', 'status 503 unavailable'].map(
  checkout,
)

it('lets be stored what was acknowledged, and what its user does not know', () => {
  for (const stored of [3, 4, 5]) {
    expect(balanced(TOLD, 3, stored)).toEqual({ acknowledged: 3, unknown: 2, refused: 1, stored, excess: 0 })
  }
})

it('finds an order that is there twice, or although its user was refused', () => {
  expect(balanced(TOLD, 3, 6).excess).toBe(1)
})

it('knows that the requests of other flows store nothing', () => {
  const listed = { ...checkout('error: no answer', 9), flow: 'list' }
  expect(balanced([...TOLD, listed], 3, 5)).toMatchObject({ unknown: 2, excess: 0 })
})
