// The protocol as a model small enough to be explored whole: two orders, up to three writers, the mirror, the import, flips
// and whoever finishes what a dead flip left. Rules of phases, refusals and steps are the product's own functions; what its
// SQL does is said here in a line each. Anybody may stop at any point, and whoever is slow is taken for dead.

import {
  type Flip,
  otherStore,
  PHASE_RULES,
  PHASES,
  type Phase,
  STORE_NAMES,
  type StoreName,
  type SwitchState,
} from '../../../contracts/switches.ts'
import { believedOf, type FlipStep, type SeenInBoth, stepsOf } from '../flip-steps.ts'

/** What the tests take away, one at a time, to see that the model finds the fault. */
export interface ModelRules {
  /** `open_epoch = ?`, in the write's transaction. */
  readonly takesWrite: (openEpoch: number | null, epoch: number) => boolean
  /** `version <= ?`, where a mark is taken away. */
  readonly isSettled: (mark: number, absorbed: number) => boolean
  /** `claimed_by = ?`, in each statement of a flip. */
  readonly isClaimed: (claim: number, token: number) => boolean
  readonly stepsOf: (flip: Flip) => readonly FlipStep[]
}

export const RULES: ModelRules = {
  takesWrite: (openEpoch, epoch) => openEpoch === epoch,
  isSettled: (mark, absorbed) => mark <= absorbed,
  isClaimed: (claim, token) => claim === token,
  stepsOf,
}

export type Job = 'place-a' | 'change-a' | 'place-b'

export interface ModelOptions {
  readonly start: Phase
  readonly jobs: readonly Job[]
  readonly hasImport: boolean
  /** How often a client tries with one key that is not answered. */
  readonly attempts: 1 | 2
  /** Whether processes may be out of touch with the databases. */
  readonly hasOutages: boolean
  readonly flips: number
  /** Of flips, besides those of everybody else. */
  readonly crashes: number
  /** Of flips that are still alive, and go on later. */
  readonly takeOvers: number
  readonly rules: ModelRules
}

/** 4 × attempt + version; 0: not there. Two attempts with one key are two orders. */
export type OrderCode = number
export const versionOf = (code: OrderCode) => code % 4
export const attemptOf = (code: OrderCode) => Math.floor(code / 4)
export const has = (code: OrderCode, wanted: OrderCode) => attemptOf(code) === attemptOf(wanted) && code >= wanted

export type Pair<T> = readonly [T, T]
export type OrderKey = 0 | 1
export const KEYS: readonly OrderKey[] = [0, 1]

export interface ModelStore {
  readonly state: SwitchState
  readonly flip: Flip | null
  /** 0: nobody's. */
  readonly claim: number
  readonly fence: number | null
  readonly orders: Pair<OrderCode>
  /** Version that was marked; 0: none. */
  readonly gaps: Pair<number>
}

export interface Writer {
  readonly epoch: number
  /** Out of touch for so long that it answers no reader. */
  readonly isOut: boolean
  readonly tries: number
  readonly isDone: boolean
}

export interface Run {
  readonly token: number
  readonly flip: Flip | null
  readonly announcement: SwitchState
  readonly steps: readonly FlipStep[]
  readonly at: number
  /** Claims what somebody else left, and decides only then. */
  readonly takesOver: boolean
}

export interface Copy {
  readonly from: StoreName
  readonly key: OrderKey
  readonly code: OrderCode
  readonly mark: number
  readonly isAbsorbed: boolean
}

export interface ModelState {
  readonly stores: Readonly<Record<StoreName, ModelStore>>
  /** By epoch, of those that were announced. */
  readonly phases: Readonly<Record<number, Phase>>
  readonly writers: readonly Writer[]
  readonly acknowledged: Pair<OrderCode>
  /** Written where nothing is marked: the import's business. */
  readonly owed: Pair<boolean>
  readonly mirror: Copy | null
  readonly importing: Copy | null
  /** Revision of the last full comparison without a difference; 0: none. */
  readonly compared: number
  readonly runs: Pair<Run | null>
  readonly flips: number
  readonly crashes: number
  readonly takeOvers: number
  readonly tokens: number
}

export function startOf({ start, jobs, flips, crashes, takeOvers }: ModelOptions): ModelState {
  const state: SwitchState = {
    epoch: 1,
    phase: start,
    catalogue: 'legacy',
    open: true,
    mirror: 'batched',
    monolith: 'business-layer',
    gateway: 'monolith',
    grayPercent: 0,
    comparePerMille: 0,
    isFinal: false,
    revision: 1,
    comparableSince: 1,
  }
  const empty: ModelStore = { state, flip: null, claim: 0, fence: null, orders: [0, 0], gaps: [0, 0] }
  const { authority } = PHASE_RULES[start]
  return {
    stores: { legacy: empty, sharded: empty, [authority]: { ...empty, fence: 1 } },
    phases: { 1: start },
    writers: jobs.map(() => ({ epoch: 1, isOut: false, tries: 0, isDone: false })),
    acknowledged: [0, 0],
    owed: [false, false],
    mirror: null,
    importing: null,
    compared: 0,
    runs: [null, null],
    flips,
    crashes,
    takeOvers,
    tokens: 0,
  }
}

export function seenIn({ stores }: ModelState): SeenInBoth {
  return stores
}

export function believedIn(state: ModelState): SwitchState {
  return believedOf(seenIn(state))!
}

export function put(state: ModelState, name: StoreName, changes: Partial<ModelStore>): ModelState {
  return { ...state, stores: { ...state.stores, [name]: { ...state.stores[name], ...changes } } }
}

export function set<T>(pair: Pair<T>, key: OrderKey, value: T): Pair<T> {
  return key === 0 ? [value, pair[1]] : [pair[0], value]
}

/**
 * Two states are one when all that decides their future is: claims by whose they are, epochs with their phases, revisions
 * not at all, as they follow from the epochs.
 */
export function keyOf(state: ModelState): string {
  const { stores, phases, writers, acknowledged, owed, runs, flips, crashes, takeOvers } = state
  const stored = STORE_NAMES.map((name) => {
    const { claim, fence } = stores[name]
    const holder = claim === 0 ? 0 : runs.findIndex((run) => run?.token === claim) + 2
    return `${storeKey(stores[name])}${holder}${fence === null ? '' : PHASES.indexOf(phases[fence]!)}`
  })
  const believing = writers.map((writer) => `${writerKey(writer)}${PHASES.indexOf(phases[writer.epoch]!)}`)
  return [
    ...stored,
    ...believing,
    ...runs.map((run) => (run ? runKey(run) : '')),
    state.mirror ? copyKey(state.mirror) : '',
    state.importing ? copyKey(state.importing) : '',
    `${acknowledged[0]},${acknowledged[1]},${Number(owed[0])}${Number(owed[1])}${Number(isCompared(state))}`,
    `${flips},${crashes},${takeOvers},${STORE_NAMES.map((name) => Number(isEverMirrored(state, name)))}`,
  ].join('|')
}

/** A mirror may be as far behind as any process. */
export function isEverMirrored({ phases }: ModelState, from: StoreName): boolean {
  return Object.values(phases).some((phase) => PHASE_RULES[phase].mirror === otherStore(from))
}

/** A comparison that counts for the way into phase 2. */
export function isCompared(state: ModelState): boolean {
  return state.compared >= believedIn(state).comparableSince
}

/** Most parts of a state are those of the one before. */
function remembered<T extends object>(write: (part: T) => string): (part: T) => string {
  const known = new WeakMap<T, string>()
  return (part) => {
    let text = known.get(part)
    if (text === undefined) {
      text = write(part)
      known.set(part, text)
    }
    return text
  }
}

const switchesKey = ({ epoch, phase, open }: SwitchState) => `${epoch}${PHASES.indexOf(phase)}${Number(open)}`
const flipKey = (flip: Flip | null) =>
  flip ? `${PHASES.indexOf(flip.from)}${PHASES.indexOf(flip.to)}${flip.epoch}` : ''
const storeKey = remembered<ModelStore>(
  ({ state, flip, fence, orders, gaps }) =>
    `${switchesKey(state)};${flipKey(flip)};${fence};${orders[0]},${orders[1]};${gaps[0]}${gaps[1]};`,
)
const writerKey = remembered<Writer>(
  ({ epoch, isOut, tries, isDone }) => `${epoch}${Number(isOut)}${tries}${Number(isDone)}`,
)
const copyKey = remembered<Copy>(
  ({ from, key, code, mark, isAbsorbed }) => `${from[0]}${key}${code},${mark}${Number(isAbsorbed)}`,
)
const runKey = remembered<Run>(
  ({ flip, announcement, steps, at, takesOver }) =>
    `${flipKey(flip)};${switchesKey(announcement)};${steps.length};${at};${Number(takesOver)}`,
)
