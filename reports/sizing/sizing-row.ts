// One line of the sizing table.

import type { Basis, SizingRow } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import { mapCases } from '../capacity-model/cases.ts'

type Facts = Pick<SizingRow, 'group' | 'what' | 'unit' | 'basis' | 'rule'> & Partial<Pick<SizingRow, 'rejected'>>

export function sizingRow({ low, mid, high }: Cases, facts: Facts): SizingRow {
  const { group, what, unit, basis, rule, rejected = [] } = facts
  return { group, what, low, mid, high, unit, basis, rule, rejected }
}

/** Beyond twice of the one machine that was measured. */
export function machinesBasis(machines: Cases): Basis {
  return machines.mid > 2 ? 'extrapolated' : 'modelled'
}

/** Machines and cores come whole; a rounding error does not ask for one more. */
export function wholeUnits(cases: Cases): Cases {
  return mapCases((value) => Math.max(1, Math.ceil(value - 1e-9)), cases)
}
