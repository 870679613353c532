// mix: several flows at once, each at its share. Plain k6 runs it too:  k6 run scenarios/mix.ts -e RATE=100 -e MIX=list=8,checkout=1

import { iterate } from './iterate.ts'
import { k6Options } from './load-profile.ts'
import { checkout } from './operations/checkout.ts'
import { detail } from './operations/detail.ts'
import { list } from './operations/list.ts'
import { search } from './operations/search.ts'
import { cancel, pay } from './operations/settle.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'
import { sharedTurns } from './workload.ts'

export { setup } from './probe.ts'
export { handleSummary } from './summary.ts'

export const options = k6Options(settings)

const OPERATIONS = [list, detail, checkout, search, pay, cancel]
const unknown = Object.keys(settings.mix).filter((flow) => !OPERATIONS.some((operation) => operation.flow === flow))
if (unknown.length > 0) throw new Error(`settings (-e NAME=value): MIX has no flow ${unknown.join(', ')}`)
const { checkout: placed = 0, pay: paid = 0, cancel: cancelled = 0 } = settings.mix
// A hair for rounding: 0.94 + 0.06 is not quite 1.
if (paid + cancelled > placed * (1 + 1e-9)) {
  throw new Error('settings (-e NAME=value): MIX pays and cancels more orders than checkout places')
}

const load = { weights: settings.mix, turns: sharedTurns(settings.mix) }

export default function (data: SetupData): Promise<void> | undefined {
  return iterate(OPERATIONS, load, data)
}
