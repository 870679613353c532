import { describe, expect, it } from 'vitest'
import type { Measurements } from '../../contracts/measurement.ts'
import type { MigrationPosition } from '../../contracts/migration-position.ts'
import { datasetFixture } from '../fixtures/dataset.ts'
import { measurementsFixture, type StepFixture, stepFixture } from '../fixtures/measurements.ts'
import { evidenceClaims } from './evidence-claims.ts'

const PHASE1: MigrationPosition = {
  phase: 'phase1',
  mirror: 'batched',
  monolith: 'business-layer',
  comparePerMille: 0,
  epoch: 4,
}

/** Nothing was counted in the 64 tables. */
function uncounted(more: Partial<Measurements> = {}): Measurements {
  return { ...measurementsFixture(), tables: [], sizes: null, tablesCountedAt: null, ...more }
}

function moving(position: MigrationPosition, more: Partial<Measurements> = {}): Measurements {
  const { conditions, ...run } = uncounted(more)
  return { ...run, conditions: { ...conditions, migration: { start: position, end: position } } }
}

const dataComplete = (measurements: Measurements) =>
  evidenceClaims(datasetFixture(), measurements).find(({ id }) => id === 'data-complete')

describe('the rows of a run', () => {
  it('have to be counted', () => {
    expect(dataComplete(uncounted())).toMatchObject({ verdict: 'INVALID', evidence: 'not counted' })
  })

  it('are the monolith’s while a migration has them read, and were counted there', () => {
    const counted = { verdict: 'PASS', evidence: "counted in the monolith's table", value: null }
    expect(dataComplete(moving(PHASE1))).toMatchObject(counted)
    const short = [{ code: 'data-incomplete', evidence: 't_order holds 1 of 2 seeded orders' }] as const
    expect(dataComplete(moving(PHASE1, { invalid: short }))).toMatchObject({
      verdict: 'INVALID',
      reason: 'data-incomplete: t_order holds 1 of 2 seeded orders',
    })
  })

  it('are those of the 64 tables again once these are read', () => {
    expect(dataComplete(moving({ ...PHASE1, phase: 'phase2' }))).toMatchObject({ verdict: 'INVALID' })
  })
})

describe('the evidence of a run', () => {
  const evidenceOf = (step: Partial<StepFixture>) => {
    const invalid = [{ code: 'rate-not-achieved', evidence: '700/s of 1124/s' }] as const
    const steps = [stepFixture({ flow: 'list', offeredPerSecond: 100, invalid, ...step })]
    return evidenceClaims(datasetFixture(), measurementsFixture({ steps })).find(({ id }) => id === 'evidence-valid')
  }

  it('is none where the only step carries no claim', () => {
    expect(evidenceOf({})).toMatchObject({ verdict: 'INVALID', reason: 'every measured step is INVALID' })
  })

  it('is the failure of a step that missed its targets in spite of what flattered it', () => {
    expect(evidenceOf({ errors: 500 })).toMatchObject({
      verdict: 'PASS',
      evidence: '1 of 1 step valid, 0 faults of the run',
    })
  })
})
