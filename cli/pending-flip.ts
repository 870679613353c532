// Somebody else's flip, as a command finds it before its own: one that was left is brought to its end first, and one that goes
// on is waited for.

import { type Flip, STORE_NAMES } from '../contracts/switches.ts'
import { type Course, courseOf, pendingIn } from '../sut/switches/flip-steps.ts'
import type { BothLedgers } from '../sut/switches/look-at-both.ts'

export type PendingFlip =
  /** By this command, or by the services before it. */
  | { readonly kind: 'left'; readonly course: Exclude<Course, { readonly kind: 'unknown' }> }
  /** Somebody holds the claim. `flip`: null: a database is told what it missed. */
  | { readonly kind: 'goes-on'; readonly flip: Flip | null }
  /** This command can bring nothing to its end, and does nothing beside it. */
  | { readonly kind: 'in-the-way'; readonly course: Course }

/** `mayFinish`: whoever accepts a loss waits for nobody. */
export function pendingFlipIn(seen: BothLedgers['seen'], mayFinish: boolean): PendingFlip | null {
  const course = courseOf(seen)
  if (!course) return null
  if (!mayFinish || course.kind === 'unknown') return { kind: 'in-the-way', course }
  if (STORE_NAMES.every((name) => !seen[name]?.claimedBy)) return { kind: 'left', course }
  return { kind: 'goes-on', flip: pendingIn(seen) ?? null }
}

/** The one that a command would bring to its end, and do nothing more. */
export function announcedIn(pending: PendingFlip | null): Flip | null {
  return pending?.kind === 'left' && pending.course.kind === 'go-on' ? pending.course.flip : null
}
