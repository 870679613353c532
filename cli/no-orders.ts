// What every command that offers load refuses: a target without seeded orders.

import { Refusal } from '../contracts/refusal.ts'

export function noOrders(baseUrl: string): Refusal {
  return new Refusal({
    what: 'there are no orders to load with',
    why: [`${baseUrl} says its tables were never seeded, or not to the end`],
    wayOut: 'Fill them first:',
    command: 'npm run seed -- --years 3',
  })
}
