// legacy: the monolith's old interfaces, as often as the plan lists, opens and places orders. Plain k6 runs it too:
//
//   k6 run scenarios/legacy.ts -e RATE=50 -e DURATION=1m -e MIX=list=8,detail=4,checkout=1  (more: docs/load.md)

import { LEGACY_FLOW } from '../contracts/plan.ts'
import { iterate } from './iterate.ts'
import { k6Options } from './load-profile.ts'
import { oldInterfaces } from './operations/old-interfaces.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'

export { setupMonolith as setup } from './probe.ts'
export { handleSummary } from './summary.ts'

export const options = k6Options(settings)

const operation = oldInterfaces(settings.mix)

export default function (data: SetupData): Promise<void> | undefined {
  return iterate([operation], { weights: { [LEGACY_FLOW]: 1 }, turns: null }, data)
}
