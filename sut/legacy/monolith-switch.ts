// Who does what the old interfaces ask: the monolith itself, or the new business layer behind it.

import type { MonolithPosition, Switches } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import type { LegacyOrders } from './legacy-orders.ts'

/** A SwitchBoard is one. */
export interface MonolithSwitch {
  now(): Pick<Switches, 'monolith'>
}

/** Asked for each request: a position that has nobody behind it refuses, and nothing falls back to the other. */
export function switchedOrders(
  board: MonolithSwitch,
  behind: Partial<Readonly<Record<MonolithPosition, LegacyOrders>>>,
): () => LegacyOrders {
  return () => {
    const { monolith } = board.now()
    const orders = behind[monolith]
    if (orders === undefined) {
      throw new SutError('unavailable', `the monolith is switched to ${monolith}, which it cannot reach`)
    }
    return orders
  }
}
