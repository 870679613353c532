// What a process believes about the migration's switches.

import type { Switches } from '../../contracts/switches.ts'
import type { CallContext } from '../telemetry/call-context.ts'

export interface SwitchBoard {
  /**
   * No I/O and no promise: one frozen object per change. Throws (503) when the store that is read has not confirmed the
   * epoch for 2 s: it may no longer be the one to ask.
   */
  now(): Switches
  /**
   * For a writer that the fence refused under `afterEpoch`, or that found the board closed at it: resolves once the store
   * is open for a later epoch, or that one opens. Rejects at the context's deadline, or at once when too many wait already.
   */
  reopened(afterEpoch: number, context: CallContext): Promise<Switches>
}
