import { expect, it } from 'vitest'
import type { MigrationPosition } from '../contracts/migration-position.ts'
import { refuseWhileMoving } from './refuse-while-moving.ts'

const PHASE1: MigrationPosition = {
  phase: 'phase1',
  mirror: 'batched',
  monolith: 'business-layer',
  comparePerMille: 0,
  epoch: 4,
}

it.each(['detail', 'search', 'mix'])('%s asks for what the monolith’s orders do not have', (flow) => {
  expect(() => refuseWhileMoving(flow, PHASE1)).toThrow('it stands in phase1')
  expect(() => refuseWhileMoving(flow, null)).not.toThrow()
})

it.each(['checkout', 'list', 'legacy', 'a-flow-of-ones-own'])('%s is loaded in every phase', (flow) => {
  expect(() => refuseWhileMoving(flow, PHASE1)).not.toThrow()
})
