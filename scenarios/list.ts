// list: a user's order list. Plain k6 runs it too:  k6 run scenarios/list.ts -e RATE=50 -e DURATION=1m  (more: docs/load.md)

import { iterate } from './iterate.ts'
import { k6Options } from './load-profile.ts'
import { list } from './operations/list.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'

export { setup } from './probe.ts'
export { handleSummary } from './summary.ts'

export const options = k6Options(settings)

export default function (data: SetupData): Promise<void> | undefined {
  return iterate([list], { weights: { list: 1 }, turns: null }, data)
}
