import { describe, expect, it } from 'vitest'
import { type Flip, NO_MIGRATION, PHASE_RULES, type Phase, type SwitchState } from '../../contracts/switches.ts'
import {
  announcementOf,
  believedOf,
  courseOf,
  mayPassOver,
  nextEpoch,
  type SeenSwitches,
  stepsOf,
  stepsOfCourse,
} from './flip-steps.ts'
import { TRANSITIONS } from './transitions.ts'

const FORWARD: Flip = { from: 'phase1', to: 'phase2', epoch: 6 }

function state(epoch: number, phase: Phase, more: Partial<SwitchState> = {}): SwitchState {
  return { ...NO_MIGRATION, epoch, phase, isFinal: false, revision: epoch, comparableSince: 1, ...more }
}
const seen = (epoch: number, phase: Phase, flip: Flip | null = null): SeenSwitches => ({
  state: state(epoch, phase),
  flip,
})
const words = (flip: Flip) => stepsOf(flip).map(({ kind, on }) => `${kind} ${on}`)

describe('the steps of a flip', () => {
  it('close the old authority first and open the new one last, with all proofs in between', () => {
    expect(words(FORWARD)).toEqual([
      'claim legacy',
      'claim sharded',
      'close legacy',
      'drain legacy',
      'compare legacy',
      'announce legacy',
      'announce sharded',
      'await legacy',
      'open sharded',
      'tell sharded',
      'tell legacy',
      'release legacy',
      'release sharded',
    ])
  })

  it.each(TRANSITIONS)(
    '$from → $to: close before they announce, and announce where the old authority is first',
    (way) => {
      const steps = stepsOf({ ...way, epoch: 6 })
      const kinds = steps.map(({ kind }) => kind)
      expect(kinds.indexOf('close')).toBeLessThan(kinds.indexOf('announce'))
      expect(kinds.lastIndexOf('announce')).toBeLessThan(kinds.indexOf('open'))
      expect(steps.find(({ kind }) => kind === 'announce')?.on).toBe(PHASE_RULES[way.from].authority)
      expect(steps.find(({ kind }) => kind === 'open')?.on).toBe(PHASE_RULES[way.to].authority)
    },
  )

  it('that open the same phase again neither close nor prove anything', () => {
    const steps = words({ from: 'phase1', to: 'phase1', epoch: 7 })
    expect(steps.slice(2, 6)).toEqual(['announce legacy', 'announce sharded', 'open legacy', 'tell legacy'])
  })

  it('of a forced one ask nothing of the dead authority but the time for which it may still be read', () => {
    const steps = stepsOf({ ...FORWARD, isForced: true })
    expect(steps.filter(({ on }) => on === 'legacy')).toEqual([{ kind: 'await', on: 'legacy' }])
  })

  it('pass over a database that does not answer only where nothing depends on it', () => {
    const may = (flip: Flip, on: 'legacy' | 'sharded', isAnnounced: boolean) =>
      mayPassOver(flip, { kind: 'announce', on }, isAnnounced)
    expect([may(FORWARD, 'legacy', false), may(FORWARD, 'sharded', false)]).toEqual([false, false])
    expect([may(FORWARD, 'legacy', true), may(FORWARD, 'sharded', true)]).toEqual([true, false])
    const back: Flip = { from: 'phase1', to: 'legacy', epoch: 6 }
    expect([may(back, 'legacy', false), may(back, 'sharded', false)]).toEqual([false, true])
  })
})

describe('a flip whose owner died', () => {
  it('before the old authority was told: that one is opened again, under an epoch nobody has used or meant to', () => {
    const both = { legacy: seen(5, 'phase1', FORWARD), sharded: seen(5, 'phase1', FORWARD) }
    expect(courseOf(both)).toEqual({ kind: 'reopen', flip: { from: 'phase1', to: 'phase1', epoch: 7 } })
  })

  it('after it was told: goes on, whatever the other one knows', () => {
    const both = { legacy: seen(6, 'phase2', FORWARD), sharded: seen(5, 'phase1', FORWARD) }
    const course = courseOf(both)
    expect(course).toEqual({ kind: 'go-on', flip: FORWARD })
    expect(stepsOfCourse(course!).map(({ kind }) => kind)).not.toContain('close')
    expect(announcementOf(both, FORWARD)).toEqual(both.legacy.state)
  })

  it('is left alone while the one database that knows how far it came does not answer', () => {
    expect(courseOf({ legacy: null, sharded: seen(5, 'phase1', FORWARD) })).toEqual({
      kind: 'unknown',
      store: 'legacy',
    })
  })

  it('was forced: the store that it opens says how far it came', () => {
    const forced: Flip = { ...FORWARD, isForced: true }
    expect(courseOf({ legacy: null, sharded: seen(6, 'phase2', forced) })).toEqual({ kind: 'go-on', flip: forced })
  })
})

describe('a database that was away', () => {
  it('is told what it missed, and closed unless it is the authority', () => {
    const course = courseOf({ legacy: seen(5, 'phase1'), sharded: seen(6, 'phase2') })
    expect(course).toEqual({ kind: 'catch-up', store: 'legacy', state: state(6, 'phase2') })
    expect(
      stepsOfCourse(course!)
        .map(({ kind, on }) => `${kind} ${on}`)
        .slice(0, 2),
    ).toEqual(['close legacy', 'announce legacy'])
  })

  it('and comes back with an old flip: forgets it', () => {
    const course = courseOf({ legacy: seen(7, 'phase1'), sharded: seen(5, 'phase1', FORWARD) })
    expect(course).toMatchObject({ kind: 'catch-up', store: 'sharded' })
    expect(stepsOfCourse(course!).filter(({ kind }) => kind === 'close')).toHaveLength(1)
  })

  it('has nothing to catch up on when both say the same', () => {
    expect(courseOf({ legacy: seen(5, 'phase1'), sharded: seen(5, 'phase1') })).toBeNull()
  })
})

describe('what is believed', () => {
  it('is the higher epoch, then the later revision, then the open one', () => {
    const believed = (one: SwitchState, other: SwitchState) =>
      believedOf({ legacy: { state: one, flip: null }, sharded: { state: other, flip: null } })
    const [low, high] = [state(5, 'phase1', { revision: 99 }), state(6, 'phase2')]
    expect(believed(low, high)).toBe(high)
    expect(believed(high, low)).toBe(high)
    const changed = state(6, 'phase2', { revision: 8, mirror: 'off' })
    expect(believed(high, changed)).toBe(changed)
    const told = state(6, 'phase2', { open: true })
    expect(believed(state(6, 'phase2', { open: false }), told)).toBe(told)
  })

  it('of a flip into phase 1: earlier comparisons prove nothing any longer', () => {
    const both = { legacy: seen(5, 'legacy'), sharded: seen(5, 'legacy') }
    const flip: Flip = { from: 'legacy', to: 'phase1', epoch: nextEpoch(both) }
    expect(announcementOf(both, flip)).toMatchObject({ epoch: 6, phase: 'phase1', open: false, comparableSince: 6 })
    const again: Flip = { from: 'phase1', to: 'phase1', epoch: 6 }
    expect(announcementOf(both, again)).toMatchObject({ comparableSince: 1 })
  })
})
