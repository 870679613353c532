import { expect, it } from 'vitest'
import { NO_MIGRATION, type SwitchState } from '../contracts/switches.ts'
import { hasMoved } from './migration-state.ts'

const STATE: SwitchState = { ...NO_MIGRATION, phase: 'phase1', revision: 9, comparableSince: 7 }

it('what was read proves nothing once the phase is another, or was entered anew', () => {
  expect(hasMoved(STATE, { ...STATE, phase: 'phase2', epoch: 3, revision: 10 })).toBe(true)
  expect(hasMoved(STATE, { ...STATE, epoch: 4, revision: 12, comparableSince: 11 })).toBe(true)
})

it('what was read holds while other positions change', () => {
  expect(hasMoved(STATE, { ...STATE, mirror: 'inline', comparePerMille: 5, revision: 10 })).toBe(false)
})
