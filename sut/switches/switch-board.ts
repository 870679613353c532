// What a process believes about the migration's switches.

import type { Switches } from '../../contracts/switches.ts'
import type { CallContext } from '../telemetry/call-context.ts'

export interface SwitchBoard {
  /** No I/O and no promise: one frozen object per epoch. */
  now(): Switches
  /**
   * For a writer that the fence refused, or that found the board closed: resolves once a later epoch than `afterEpoch` is
   * open. Rejects at the context's deadline, or at once when too many wait already.
   */
  reopened(afterEpoch: number, context: CallContext): Promise<Switches>
}
