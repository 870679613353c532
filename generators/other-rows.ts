// Tables that hold something else than what is asked for: refused, with both named. Pure, so that a forecast can tell it too.

import type { Dataset } from '../contracts/dataset.ts'
import { Refusal } from '../contracts/refusal.ts'
import type { StoredDataset } from './store/dataset-store.ts'

export function refuseOtherDataset(stored: StoredDataset, wanted: { readonly fingerprint: string }): void {
  if (stored.dataset.fingerprint === wanted.fingerprint) return
  throw new Refusal({
    what: `these tables hold another data set${stored.state === 'finished' ? '' : ', half seeded'}`,
    why: [
      `there: ${stored.dataset.fingerprint.slice(0, 12)} (${describe(stored.dataset)})`,
      `asked for: ${wanted.fingerprint.slice(0, 12)} (${describe(wanted as Dataset)})`,
    ],
    wayOut: 'Repeat the options it was begun with to continue it, or add --reset to remove it first.',
  })
}

function describe({ seed, scale, years, fullShards, planHash, extraBytesPerRow = 0 }: Dataset): string {
  const full = fullShards.length > 0 ? `, full shards ${fullShards.join(' ')}` : ''
  const wide = extraBytesPerRow > 0 ? `, orders ${extraBytesPerRow} bytes wider` : ''
  return `plan ${planHash.slice(0, 12)}, ${years} years, seed ${seed}, scale ${scale}${full}${wide}`
}

export function foreignRows(tables: readonly string[]): Refusal {
  return new Refusal({
    what: 'the tables hold rows that this seeder did not write',
    why: [`${tables.length} tables with rows: ${tables.slice(0, 5).join(', ')}${tables.length > 5 ? ' …' : ''}`],
    wayOut: 'Use an empty database, or add --reset to remove these rows.',
  })
}
