// Amounts of a tier with their unit.

import type { DeploymentTier } from '../../contracts/capacity.ts'
import { bytes, compact, significant } from '../quantity.ts'

export function tierAmount({ unit }: Pick<DeploymentTier, 'unit'>, value: number): string {
  if (unit === 'bytes') return bytes(value)
  if (unit === 'cores') return `${significant(value)} cores`
  return unit === 'operations' ? `${compact(value)} operations/s` : `${compact(value)} documents`
}
