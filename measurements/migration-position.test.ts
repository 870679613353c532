import { expect, it } from 'vitest'
import type { MigrationPosition } from '../contracts/migration-position.ts'
import { movedDuring } from './migration-position.ts'

const PHASE1: MigrationPosition = {
  phase: 'phase1',
  mirror: 'inline',
  monolith: 'business-layer',
  comparePerMille: 0,
  epoch: 4,
}

it('a system that stood still is one that was measured', () => {
  expect(movedDuring({ start: null, end: null })).toBeNull()
  expect(movedDuring({ start: PHASE1, end: { ...PHASE1 } })).toBeNull()
})

it.each<[string, MigrationPosition | null]>([
  ['another phase', { ...PHASE1, phase: 'phase2', epoch: 6 }],
  ['the same one, after it was left', { ...PHASE1, epoch: 8 }],
  ['another mirror', { ...PHASE1, mirror: 'batched' }],
  ['another monolith', { ...PHASE1, monolith: 'own-database' }],
  ['more reads compared', { ...PHASE1, comparePerMille: 5 }],
  ['no migration', null],
])('%s at the end is another system', (_what, end) => {
  expect(movedDuring({ start: PHASE1, end })?.code).toBe('target-changed')
  expect(movedDuring({ start: end, end: PHASE1 })?.code).toBe('target-changed')
})

it('says both positions', () => {
  const end = { ...PHASE1, phase: 'phase2', mirror: 'batched', comparePerMille: 5, epoch: 6 } as const
  expect(movedDuring({ start: PHASE1, end })?.evidence).toBe(
    'the migration moved: phase1, mirror inline, monolith on business-layer, epoch 4 before; ' +
      'phase2, mirror batched, monolith on business-layer, 5 of 1000 reads compared, epoch 6 after',
  )
})
