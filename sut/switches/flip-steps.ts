// A flip as steps, each of which touches one database, is durable there and may be done again: the flip may die between any
// two. The executor does them one by one, and the model in the tests explores every way in which they can meet.

import {
  type Flip,
  otherStore,
  PHASE_RULES,
  STORE_NAMES,
  type StoreName,
  type SwitchState,
} from '../../contracts/switches.ts'

/**
 * claim: nobody else flips; lasts as long as its lease. close: the store takes no writes, and none is under way.
 * drain: the other store knows all that this one marked. compare: it does know it. announce: the new epoch and phase.
 * await: no process reads this store any longer. open: the store takes writes. tell: and writers may know it.
 */
export const STEP_KINDS = [
  'claim',
  'close',
  'drain',
  'compare',
  'announce',
  'await',
  'open',
  'tell',
  'release',
] as const
export type StepKind = (typeof STEP_KINDS)[number]

export interface FlipStep {
  readonly kind: StepKind
  readonly on: StoreName
}

/**
 * Drained and compared after the close: before it, both prove nothing. The store that is left is told the new epoch first,
 * so that it alone says whether the flip was announced.
 */
export function stepsOf(flip: Flip): readonly FlipStep[] {
  const { left, taken, moves } = storesOf(flip)
  const steps = (kind: StepKind, ...stores: readonly StoreName[]) => stores.map((on) => ({ kind, on }))
  const all = [
    ...steps('claim', ...STORE_NAMES),
    ...(flip.from === flip.to ? [] : steps('close', left)),
    ...(moves ? [...steps('drain', left), ...steps('compare', left)] : []),
    ...steps('announce', left, otherStore(left)),
    ...(moves ? steps('await', left) : []),
    ...steps('open', taken),
    ...steps('tell', taken, otherStore(taken)),
    ...steps('release', ...STORE_NAMES),
  ]
  return flip.isForced ? all.filter(({ kind, on }) => on !== left || kind === 'await') : all
}

/** A store that does not answer is passed over where nothing depends on it: it is brought up to date when it is back. */
export function mayPassOver(flip: Flip, { on }: FlipStep, isAnnounced: boolean): boolean {
  const { left, taken, moves } = storesOf(flip)
  return moves ? isAnnounced && on === left : on !== taken
}

export function storesOf({ from, to }: Pick<Flip, 'from' | 'to'>) {
  const left = PHASE_RULES[from].authority
  const taken = PHASE_RULES[to].authority
  return { left, taken, moves: left !== taken }
}

/** What a database says about the switches; null: it does not answer. */
export interface SeenSwitches {
  readonly state: SwitchState
  readonly flip: Flip | null
}
export type SeenInBoth = Readonly<Record<StoreName, SeenSwitches | null>>

export type Course =
  /** Announced, and then left: it is brought to its end. */
  | { readonly kind: 'go-on'; readonly flip: Flip }
  /** Left before it was announced: the authority is opened again, under a new epoch. */
  | { readonly kind: 'reopen'; readonly flip: Flip }
  /** A database missed what the other one knows. */
  | { readonly kind: 'catch-up'; readonly store: StoreName; readonly state: SwitchState }
  /** It alone says how far the flip came. */
  | { readonly kind: 'unknown'; readonly store: StoreName }

const BEFORE_ANNOUNCEMENT: ReadonlySet<StepKind> = new Set(['close', 'drain', 'compare'])

/** For whoever has claimed the databases before it looked. */
export function stepsOfCourse(course: Course): readonly FlipStep[] {
  if (course.kind === 'unknown') return []
  const releases = STORE_NAMES.map((on) => ({ kind: 'release', on }) as const)
  if (course.kind === 'catch-up') {
    const { store: on, state } = course
    const isAuthority = PHASE_RULES[state.phase].authority === on
    return [...(isAuthority ? [] : [{ kind: 'close', on } as const]), { kind: 'announce', on }, ...releases]
  }
  const steps = stepsOf(course.flip).filter(({ kind }) => kind !== 'claim')
  return course.kind === 'reopen' ? steps : steps.filter(({ kind }) => !BEFORE_ANNOUNCEMENT.has(kind))
}

/** What is to be done about a flip whose owner's lease ran out; null: nothing. */
export function courseOf(seen: SeenInBoth): Course | null {
  const flip = pendingIn(seen)
  if (flip) {
    const witness = witnessOf(flip)
    const found = seen[witness]
    if (!found) return { kind: 'unknown', store: witness }
    if (found.state.epoch === flip.epoch) return { kind: 'go-on', flip }
    if (found.state.epoch < flip.epoch) return { kind: 'reopen', flip: reopeningOf(seen, flip.from) }
  }
  return behindIn(seen)
}

export function reopeningOf(seen: SeenInBoth, phase: Flip['from']): Flip {
  return { from: phase, to: phase, epoch: nextEpoch(seen) }
}

/** Never one that was used or meant to be used. */
export function nextEpoch(seen: SeenInBoth): number {
  const known = answering(seen).flatMap(({ state, flip }) => [state.epoch, flip?.epoch ?? 0])
  return Math.max(0, ...known) + 1
}

/** undefined: neither answers. */
export function believedOf(seen: SeenInBoth): SwitchState | undefined {
  return answering(seen)
    .map(({ state }) => state)
    .reduce<SwitchState | undefined>((best, state) => (best && !isLater(state, best) ? best : state), undefined)
}

/** Writers are told in one database before the other: of one revision, the open one is the later. */
export function isLater(one: SwitchState, other: SwitchState): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch
  if (one.revision !== other.revision) return one.revision > other.revision
  return one.open && !other.open
}

/** As the store that is left was told already, or as it is to be told. */
export function announcementOf(seen: SeenInBoth, flip: Flip): SwitchState {
  const told = seen[witnessOf(flip)]?.state
  if (told?.epoch === flip.epoch) return told
  const before = believedOf(seen)
  if (!before) throw new RangeError('neither database says what the switches were')
  const revision = before.revision + 1
  const entersPhase1 = flip.from !== flip.to && flip.to === 'phase1'
  const comparableSince = entersPhase1 ? revision : before.comparableSince
  return { ...before, epoch: flip.epoch, phase: flip.to, open: false, revision, comparableSince }
}

/** The store that is told first. */
function witnessOf(flip: Flip): StoreName {
  const { left, taken } = storesOf(flip)
  return flip.isForced ? taken : left
}

function answering(seen: SeenInBoth): readonly SeenSwitches[] {
  return STORE_NAMES.flatMap((store) => seen[store] ?? [])
}

/** The newest flip that a database tells of; undefined: none is under way. */
export function pendingIn(seen: SeenInBoth): Flip | undefined {
  const flips = answering(seen).flatMap(({ flip }) => flip ?? [])
  return flips.toSorted((one, other) => other.epoch - one.epoch)[0]
}

function behindIn(seen: SeenInBoth): Course | null {
  const { legacy, sharded } = seen
  if (!legacy || !sharded) return null
  if (isLater(legacy.state, sharded.state)) return { kind: 'catch-up', store: 'sharded', state: legacy.state }
  if (isLater(sharded.state, legacy.state)) return { kind: 'catch-up', store: 'legacy', state: sharded.state }
  const leftOver = STORE_NAMES.find((store) => seen[store]?.flip)
  return leftOver ? { kind: 'catch-up', store: leftOver, state: legacy.state } : null
}
