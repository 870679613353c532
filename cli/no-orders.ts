// What every command that offers load refuses: a target without seeded orders.

import { Refusal } from '../contracts/refusal.ts'

/** `filledBy`: the command that fills what is loaded. */
export function noOrders(baseUrl: string, filledBy = 'npm run seed -- --years 3'): Refusal {
  return new Refusal({
    what: 'there are no orders to load with',
    why: [`${baseUrl} says its tables were never seeded, or not to the end`],
    wayOut: 'Fill them first:',
    command: filledBy,
  })
}
