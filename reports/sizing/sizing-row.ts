// One line of the sizing table.

import type { Provenance, SizingRow } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import { mapCases } from '../capacity-model/cases.ts'

type Basis = Pick<SizingRow, 'group' | 'what' | 'unit' | 'provenance' | 'rule'> & Partial<Pick<SizingRow, 'rejected'>>

export function sizingRow({ low, mid, high }: Cases, basis: Basis): SizingRow {
  const { group, what, unit, provenance, rule, rejected = [] } = basis
  return { group, what, low, mid, high, unit, provenance, rule, rejected }
}

/** Beyond twice of the one machine that was measured. */
export function machinesProvenance(machines: Cases): Provenance {
  return machines.mid > 2 ? 'extrapolated' : 'modelled'
}

/** Machines and cores come whole; a rounding error does not ask for one more. */
export function wholeUnits(cases: Cases): Cases {
  return mapCases((value) => Math.max(1, Math.ceil(value - 1e-9)), cases)
}
