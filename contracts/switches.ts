// Which order store is read, which one decides and which one follows, in each phase of the migration: the one place that
// knows.

export const STORE_NAMES = ['legacy', 'sharded'] as const
export type StoreName = (typeof STORE_NAMES)[number]

export function otherStore(store: StoreName): StoreName {
  return store === 'legacy' ? 'sharded' : 'legacy'
}

/** Order and payment move together: one transaction writes both. */
export const SERVICES = ['order', 'payment', 'catalogue'] as const
export type Service = (typeof SERVICES)[number]

/** In the order they are gone through; a flip moves to a neighbour. */
export const PHASES = ['legacy', 'phase1', 'phase2', 'done'] as const
export type Phase = (typeof PHASES)[number]

/** A flip goes one phase further, or to the one before. */
export const DIRECTIONS = ['forward', 'back'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface PhaseRule {
  readonly read: StoreName
  /** Takes the writes: at most one store is open for them. */
  readonly authority: StoreName
  /** Absorbs what the authority marked as dirty; null: nobody does. */
  readonly mirror: StoreName | null
}

export const PHASE_RULES: Readonly<Record<Phase, PhaseRule>> = {
  legacy: { read: 'legacy', authority: 'legacy', mirror: null },
  phase1: { read: 'legacy', authority: 'legacy', mirror: 'sharded' },
  phase2: { read: 'sharded', authority: 'sharded', mirror: 'legacy' },
  done: { read: 'sharded', authority: 'sharded', mirror: null },
}

/** Gaps are marked wherever a store follows, and in `done` until the migration is finalised: so that going back works. */
export function marksGaps({ phase, isFinal }: Pick<Switches, 'phase' | 'isFinal'>): boolean {
  return PHASE_RULES[phase].mirror !== null || (phase === 'done' && !isFinal)
}

/** While a migration is under way every change is also told in the old format; who still reads it moves before the end. */
export function tellsOldFormat({ epoch, isFinal }: Pick<Switches, 'epoch' | 'isFinal'>): boolean {
  return epoch > 0 && !isFinal
}

/** Of 100 users, so many are answered by the interface layer in the old interfaces. */
export function answeredPercent({ epoch, gateway, grayPercent }: Switches): number {
  // Before the beginning the services know none of the monolith's orders.
  return epoch > 0 && gateway === 'interface-layer' ? grayPercent : 0
}

/** `inline`: the request that changed an order also has it absorbed; `batched`: only the mirror's loop does. */
export const MIRROR_MODES = ['off', 'inline', 'batched'] as const
export type MirrorMode = (typeof MIRROR_MODES)[number]

export const MONOLITH_POSITIONS = ['own-database', 'business-layer'] as const
export type MonolithPosition = (typeof MONOLITH_POSITIONS)[number]

/** To whom the gateway sends the old interfaces. */
export const GATEWAY_POSITIONS = ['monolith', 'interface-layer'] as const
export type GatewayPosition = (typeof GATEWAY_POSITIONS)[number]

/** What every process believes. Frozen, one object per epoch. */
export interface Switches {
  /** Grows by one with every flip, never reused: the number that a writer shows to the fence. */
  readonly epoch: number
  /** Of the order and payment services: they move together. */
  readonly phase: Phase
  /** The catalogue moves by itself. */
  readonly catalogue: Phase
  /** False while a flip goes on: writers wait. */
  readonly open: boolean
  readonly mirror: MirrorMode
  readonly monolith: MonolithPosition
  readonly gateway: GatewayPosition
  /** Of 100 users whose old requests reach the interface layer, it answers so many; the others are passed on. */
  readonly grayPercent: number
  /** Of 1 000 reads, so many are also read in the other store and compared. */
  readonly comparePerMille: number
  /** After `done` was made final there is no way back. */
  readonly isFinal: boolean
}

/** As both databases keep it. */
export interface SwitchState extends Switches {
  /** Grows with every change of any position: of one epoch, the higher one is the later. */
  readonly revision: number
  /** A full comparison that began at an earlier revision proves nothing for the way into phase 2. */
  readonly comparableSince: number
}

/** A flip on its way, kept in both databases until it has ended. `from` = `to`: the same phase is opened again. */
export interface Flip {
  readonly from: Phase
  readonly to: Phase
  /** The one that it announces. */
  readonly epoch: number
  /** The authority that it leaves did not answer, and somebody accepted what is lost by that. */
  readonly isForced?: true
}

/** A system that never had a monolith, or has left it behind. */
export const NO_MIGRATION: Switches = Object.freeze({
  epoch: 0,
  phase: 'done',
  catalogue: 'done',
  open: true,
  mirror: 'off',
  monolith: 'business-layer',
  gateway: 'monolith',
  grayPercent: 0,
  comparePerMille: 0,
  isFinal: true,
})

/** Beside a monolith, before a migration has begun: each works on its own tables, and shows epoch 0 to their fences. */
export const NOT_BEGUN: SwitchState = Object.freeze({
  ...NO_MIGRATION,
  monolith: 'own-database',
  revision: 0,
  comparableSince: 0,
})
