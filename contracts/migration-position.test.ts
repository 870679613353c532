import { expect, it } from 'vitest'
import { type MigrationPosition, readsMonolith } from './migration-position.ts'
import { PHASES, type Phase } from './switches.ts'

const at = (phase: Phase): MigrationPosition => ({
  phase,
  mirror: 'batched',
  monolith: 'business-layer',
  comparePerMille: 0,
  epoch: 3,
})

it('orders of a run are the monolith’s in the phases in which it is read, by the end where that is known', () => {
  expect(PHASES.map((phase) => readsMonolith({ start: at(phase) }))).toEqual([true, true, false, false])
  expect(readsMonolith({ start: at('phase1'), end: at('phase2') })).toBe(false)
  expect(readsMonolith({ start: null, end: at('legacy') })).toBe(true)
  expect(readsMonolith(undefined)).toBe(false)
  expect(readsMonolith({ start: null })).toBe(false)
})
