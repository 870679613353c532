// What was loaded, in words. Of a target elsewhere only its address is known: how many machines stand behind it, nobody says.

import type { MeasuredTarget } from '../contracts/capacity.ts'
import type { Measurements } from '../contracts/measurement.ts'

export function measuredTarget({ conditions }: Measurements): MeasuredTarget {
  const { target, targetKind, sharedMachine } = conditions
  return { kind: targetKind ?? 'headroom', address: target, isThisMachine: sharedMachine }
}

/** The order system on this machine: what it carries, another machine like this one carries too. */
export function isOneMachine({ kind, isThisMachine }: MeasuredTarget): boolean {
  return kind === 'headroom' && isThisMachine
}

/** The subject of a claim. */
export function whoIsMeasured(target: MeasuredTarget): string {
  return isOneMachine(target) ? 'One machine like this' : `The target at ${target.address}`
}
