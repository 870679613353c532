import { describe, expect, it } from 'vitest'
import type { MigrationPosition } from '../contracts/migration-position.ts'
import { PHASES } from '../contracts/switches.ts'
import { refuseLoadWhileMoving, refuseWhileMoving } from './refuse-while-moving.ts'

const PHASE1: MigrationPosition = {
  phase: 'phase1',
  mirror: 'batched',
  monolith: 'business-layer',
  comparePerMille: 0,
  epoch: 4,
}

describe('a load', () => {
  it.each(['detail', 'search', 'mix'])('%s asks for what the monolith’s orders do not have', (flow) => {
    expect(() => refuseLoadWhileMoving(flow, PHASE1)).toThrow('it stands in phase1')
    expect(() => refuseLoadWhileMoving(flow, null)).not.toThrow()
  })

  it.each(['checkout', 'list', 'legacy', 'a-flow-of-ones-own'])('%s is run in every phase', (flow) => {
    expect(() => refuseLoadWhileMoving(flow, PHASE1)).not.toThrow()
  })
})

describe('a command that knows the sharded tables alone', () => {
  it.each(['seed', 'verify', 'tables'] as const)('%s is refused in every phase, with the phase', (command) => {
    for (const phase of PHASES) expect(() => refuseWhileMoving(command, phase)).toThrow(`it stands in ${phase}: `)
  })

  it('reindex is refused where the monolith’s tables are read, as they hold what the others lack', () => {
    const refused = PHASES.filter((phase) => {
      try {
        refuseWhileMoving('reindex', phase)
        return false
      } catch {
        return true
      }
    })
    expect(refused).toEqual(['legacy', 'phase1'])
  })

  it.each(['seed', 'verify', 'reindex', 'tables'] as const)('%s works where nothing is moved', (command) => {
    expect(() => refuseWhileMoving(command, null)).not.toThrow()
  })
})
