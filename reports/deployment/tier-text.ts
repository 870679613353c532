// What is asked of a tier, beside what is there, with the unit.

import type { DeploymentTier } from '../../contracts/capacity.ts'
import { bytes, compact, significant } from '../quantity.ts'

/** `7.2 of 8 cores`; null: not known. */
export function askedText({ unit, asked, there }: DeploymentTier): string | null {
  if (asked === null) return null
  switch (unit) {
    case 'bytes':
      return `${bytes(asked.mid)} of ${bytes(there)}`
    case 'cores':
      return `${significant(asked.mid)} of ${significant(there)} cores`
    case 'operations':
      return `${compact(asked.mid)} of ${compact(there)}/s`
    case 'documents':
      return `${compact(asked.mid)} of ${compact(there)} documents`
  }
}
