import { describe, expect, it } from 'vitest'
import { NO_MIGRATION, PHASES, type Phase, type SwitchState } from '../../contracts/switches.ts'
import { changed, settingJudged, settingRefusalOf } from './change-setting.ts'

function at(phase: Phase, more: Partial<SwitchState> = {}): SwitchState {
  const beginning = { ...NO_MIGRATION, epoch: 5, isFinal: false, revision: 9, comparableSince: 4 }
  return { ...beginning, phase, catalogue: phase, monolith: 'own-database', ...more }
}

describe('the catalogue', () => {
  it('moves to a neighbour only, wherever order and payment are', () => {
    for (const from of PHASES) {
      for (const to of PHASES) {
        const isNeighbour = Math.abs(PHASES.indexOf(from) - PHASES.indexOf(to)) === 1
        const refused = settingRefusalOf(at('phase1', { catalogue: from }), { catalogue: to })
        expect(refused).toEqual(isNeighbour ? null : { kind: 'no-neighbour', from, to })
      }
    }
  })

  it('does not come back after the end', () => {
    expect(settingRefusalOf(at('done', { isFinal: true }), { catalogue: 'phase2' })).toEqual({ kind: 'final' })
  })
})

describe('the monolith', () => {
  it('writes its own database only while somebody reads it', () => {
    const refused = PHASES.map((phase) => settingRefusalOf(at(phase), { monolith: 'own-database' })?.kind)
    expect(refused).toEqual([undefined, undefined, 'monolith-past-phase1', 'monolith-past-phase1'])
  })

  it('that moves behind the services makes earlier comparisons worthless; staying where it is does not', () => {
    expect(changed(at('phase1'), { monolith: 'business-layer' })).toMatchObject({ revision: 10, comparableSince: 10 })
    expect(changed(at('phase1'), { monolith: 'own-database' })).toMatchObject({ revision: 10, comparableSince: 4 })
    expect(changed(at('phase1'), { mirror: 'inline' })).toMatchObject({ mirror: 'inline', comparableSince: 4 })
  })
})

it('is final only once everything is done', () => {
  for (const phase of PHASES) {
    for (const catalogue of PHASES) {
      const refused = settingRefusalOf(at(phase, { catalogue }), { isFinal: true })
      expect(refused).toEqual(phase === 'done' && catalogue === 'done' ? null : { kind: 'not-done', phase, catalogue })
    }
  }
})

describe('a try', () => {
  const seenAt = (state: SwitchState) => ({ legacy: { state, flip: null }, sharded: { state, flip: null } })
  const before = at('phase1')

  it('says what a change would meet', () => {
    expect(settingJudged(seenAt(before), { catalogue: 'phase2' })).toEqual({ kind: 'possible', before })
    expect(settingJudged(seenAt(before), { catalogue: 'done' })).toEqual({
      kind: 'refused',
      before,
      refused: { kind: 'no-neighbour', from: 'phase1', to: 'done' },
    })
  })

  it('waits for a flip that is not at its end', () => {
    const flip = { from: 'phase1', to: 'phase2', epoch: 6 } as const
    const seen = { ...seenAt(before), legacy: { state: before, flip } }
    expect(settingJudged(seen, { mirror: 'inline' })).toEqual({ kind: 'busy' })
  })

  it('says nothing where one database missed what the other knows', () => {
    const later = { ...before, revision: before.revision + 1 }
    const seen = { ...seenAt(before), legacy: { state: later, flip: null } }
    expect(settingJudged(seen, { mirror: 'inline' })).toEqual({ kind: 'busy' })
  })
})
