// Flips in the model, two of them at once at most: done step by step, dead between any two, taken for dead, taken over.

import { type Flip, otherStore, PHASE_RULES, STORE_NAMES } from '../../../contracts/switches.ts'
import { announcementOf, courseOf, type FlipStep, nextEpoch, reopeningOf, stepsOfCourse } from '../flip-steps.ts'
import { refusalOf } from '../refusal-of.ts'
import { neighbourOf } from '../transitions.ts'
import type { Add } from './model-actions.fixture.ts'
import {
  believedIn,
  has,
  KEYS,
  type ModelOptions,
  type ModelState,
  type Pair,
  put,
  type Run,
  seenIn,
} from './model-state.fixture.ts'

export function startFlip(state: ModelState, { rules }: ModelOptions, add: Add): void {
  const slot = state.runs.indexOf(null)
  if (state.flips === 0 || slot < 0) return
  const seen = seenIn(state)
  if (courseOf(seen)) return
  const before = believedIn(state)
  const { gaps } = state.stores[PHASE_RULES[before.phase].authority]
  for (const direction of ['forward', 'back'] as const) {
    const to = neighbourOf(before.phase, direction)
    if (!to) continue
    const refused = refusalOf(before, to, {
      services: ['order', 'payment'],
      answers: { legacy: true, sharded: true },
      gaps: gaps.filter(Boolean).length,
      oldestGapSeconds: 0,
      parked: 0,
      parkedOrders: [],
      comparison: state.compared === 0 ? null : { beganRevision: state.compared, hasEnded: true, differences: 0 },
      acceptLoss: false,
      leaveParked: false,
    })
    if (refused) continue
    const flip: Flip = { from: before.phase, to, epoch: nextEpoch(seen) }
    const run = { flip, announcement: announcementOf(seen, flip), steps: rules.stepsOf(flip), takesOver: false }
    const token = state.tokens + 1
    const begun: Run = { ...run, token, at: 0 }
    const runs: Pair<Run | null> = slot === 0 ? [begun, state.runs[1]] : [state.runs[0], begun]
    add(`a flip to ${to} begins`, { ...state, flips: state.flips - 1, tokens: token, runs })
  }
}

export function flipper(state: ModelState, slot: 0 | 1, options: ModelOptions, add: Add): void {
  const run = state.runs[slot]
  const other = state.runs[slot === 0 ? 1 : 0]
  const become = (next: Run | null): Pair<Run | null> => (slot === 0 ? [next, state.runs[1]] : [state.runs[0], next])
  if (!run) {
    if (slot === 1 && !other) return // the two are alike
    if (other && state.takeOvers === 0) return
    if (!STORE_NAMES.some((name) => state.stores[name].flip || state.stores[name].claim)) return
    const token = state.tokens + 1
    const claims = STORE_NAMES.map((on) => ({ kind: 'claim', on }) as const)
    const taking: Run = { token, flip: null, announcement: believedIn(state), steps: claims, at: 0, takesOver: true }
    const takeOvers = state.takeOvers - (other ? 1 : 0)
    add('somebody takes over', { ...state, takeOvers, tokens: token, runs: become(taking) })
    return
  }
  if (state.crashes > 0)
    add(`the flip dies at step ${run.at}`, { ...state, crashes: state.crashes - 1, runs: become(null) })
  const step = run.steps[run.at]
  if (!step) {
    add('a flip ends', { ...state, runs: become(run.takesOver ? decide(state, run) : null) })
    return
  }
  const done = doStep(state, step, run, options)
  if (done === 'wait') return
  const what = `${step.kind} ${step.on} (token ${run.token})`
  if (done === 'lost') add(`${what}: the claim is lost`, { ...state, runs: become(null) })
  else if (done === 'differs') add(`${what}: they differ`, { ...state, runs: become(reopening(state, run)) })
  else add(what, { ...done, runs: become({ ...run, at: run.at + 1 }) })
}

function decide(state: ModelState, run: Run): Run | null {
  const seen = seenIn(state)
  const course = courseOf(seen)
  const steps = course ? stepsOfCourse(course) : STORE_NAMES.map((on) => ({ kind: 'release', on }) as const)
  const flip = course?.kind === 'go-on' || course?.kind === 'reopen' ? course.flip : null
  const announcement = flip ? announcementOf(seen, flip) : course?.kind === 'catch-up' ? course.state : run.announcement
  return { token: run.token, flip, announcement, steps, at: 0, takesOver: false }
}

function reopening(state: ModelState, run: Run): Run {
  const seen = seenIn(state)
  const flip = reopeningOf(seen, run.flip!.from)
  const steps = stepsOfCourse({ kind: 'reopen', flip })
  return { token: run.token, flip, announcement: announcementOf(seen, flip), steps, at: 0, takesOver: false }
}

function doStep(
  state: ModelState,
  { kind, on }: FlipStep,
  run: Run,
  { rules }: ModelOptions,
): ModelState | 'wait' | 'lost' | 'differs' {
  const store = state.stores[on]
  const { flip, token, announcement } = run
  const isOurs = rules.isClaimed(store.claim, token)
  switch (kind) {
    case 'claim':
      if (run.takesOver) return put(state, on, { claim: token })
      if (store.claim !== 0 || store.flip || store.state.epoch >= flip!.epoch) return 'lost'
      return put(state, on, { claim: token, flip })
    case 'close':
      return isOurs ? put(state, on, { fence: null }) : 'lost'
    case 'drain':
      return KEYS.every((key) => store.gaps[key] === 0) ? state : 'wait'
    case 'compare': {
      const { orders } = state.stores[otherStore(on)]
      return KEYS.every((key) => store.orders[key] === 0 || has(orders[key], store.orders[key])) ? state : 'differs'
    }
    case 'announce': {
      if (!isOurs || store.state.epoch > announcement.epoch) return 'lost'
      const phases = { ...state.phases, [announcement.epoch]: announcement.phase }
      return { ...put(state, on, { state: announcement, flip }), phases }
    }
    case 'await':
      return state.writers.every(({ epoch, isOut }) => isOut || epoch >= flip!.epoch) ? state : 'wait'
    case 'open':
      return isOurs ? put(state, on, { fence: flip!.epoch }) : 'lost'
    case 'tell':
      return isOurs ? put(state, on, { state: { ...store.state, open: true } }) : 'lost'
    case 'release':
      return isOurs ? put(state, on, { claim: 0, flip: null }) : 'lost'
  }
}
