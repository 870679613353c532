// checkout: a basket becomes an order. Plain k6 runs it too:  k6 run scenarios/checkout.ts -e RATE=50 -e DURATION=1m  (more: docs/load.md)

import { iterate } from './iterate.ts'
import { k6Options } from './load-profile.ts'
import { checkout } from './operations/checkout.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'

export { setup } from './probe.ts'
export { handleSummary } from './summary.ts'

export const options = k6Options(settings)

export default function (data: SetupData): Promise<void> | undefined {
  return iterate([checkout], { weights: { checkout: 1 }, turns: null }, data)
}
