// How many copies of the measured machine, everything on it, the peak asks for.

import type { FlowCapacity, MixCapacity, SizingRow } from '../../contracts/capacity.ts'
import type { Interval, ResolvedPlan } from '../../contracts/plan.ts'
import { mapCases } from '../capacity-model/cases.ts'
import { machineLoad, peakRate } from '../machine-load.ts'
import { percent } from '../quantity.ts'
import { machinesBasis, sizingRow, wholeUnits } from './sizing-row.ts'

export const ALL_FLOWS = 'Machines for all flows at the peak'

export function machineRows(
  { plan }: ResolvedPlan,
  flows: readonly FlowCapacity[],
  mix: MixCapacity | null,
): readonly SizingRow[] {
  const each = flows.flatMap(({ flow, machinesForPeak, machinesReason }) =>
    machinesForPeak === null ? [] : [machineRow(`Machines for ${flow} at the peak`, machinesForPeak, machinesReason)],
  )
  const together = mix === null ? machineLoad(flows, peakRate).machines : mixMachines(mix)
  if (together === null || flows.length < 2) return each
  const needed = wholeUnits(mapCases((machines) => machines * (1 + plan.headroom), together))
  const basis = mix === null ? 'flows measured alone, shares of a machine added up' : 'measured with all flows at once'
  const rule = `${basis}; plus ${percent(plan.headroom)} headroom; as if machines shared nothing`
  return [machineRow(ALL_FLOWS, needed, rule), ...each]
}

function mixMachines(mix: MixCapacity): Interval | null {
  if (mix.lastPassPerSecond === null) return null
  return {
    low: mix.firstFailPerSecond === null ? 0 : mix.peakPerSecond.low / mix.firstFailPerSecond,
    mid: mix.peakPerSecond.mid / mix.lastPassPerSecond,
    high: mix.peakPerSecond.high / mix.lastPassPerSecond,
  }
}

function machineRow(what: string, machines: Interval, rule: string): SizingRow {
  const basis = machinesBasis(machines)
  return sizingRow(machines, { group: 'machines', what, unit: 'machines', basis, rule })
}
