// Who does what the old interfaces ask: the monolith itself, or the new business layer behind it. A flip pauses a submission or
// a payment, never fails it: who finds the store closed waits, and asks whoever it is to be asked then.

import { type MonolithPosition, PHASE_RULES, type Switches } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import { Fenced } from '../storage/fence.ts'
import type { SwitchBoard } from '../switches/switch-board.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import type { LegacyOrders } from './legacy-orders.ts'

/** `as-it-was`: until a migration begins. */
export type Behind = Readonly<Record<'as-it-was' | MonolithPosition, LegacyOrders>>

export function switchedOrders(board: SwitchBoard, behind: Behind): LegacyOrders {
  const written = async <T>(context: CallContext, write: (orders: LegacyOrders) => Promise<T>): Promise<T> => {
    for (;;) {
      const switches = board.now()
      try {
        return await write(behind[positionIn(switches)])
      } catch (error) {
        if (!(error instanceof Fenced)) throw error
        await board.reopened(switches.epoch, context)
      }
    }
  }
  return {
    list: async (page, context) => behind[positionIn(board.now())].list(page, context),
    detail: async (asked, context) => behind[positionIn(board.now())].detail(asked, context),
    submit: (order, context) => written(context, (orders) => orders.submit(order, context)),
    settle: (asked, context) => written(context, (orders) => orders.settle(asked, context)),
  }
}

function positionIn({ epoch, phase, monolith }: Switches): keyof Behind {
  if (epoch === 0) return 'as-it-was'
  // Refused by the switches themselves; asked all the same, as nobody would read what it wrote there.
  if (monolith === 'own-database' && PHASE_RULES[phase].authority !== 'legacy') {
    throw new SutError('unavailable', `the monolith works on its own database, which nobody reads in ${phase}`)
  }
  return monolith
}
