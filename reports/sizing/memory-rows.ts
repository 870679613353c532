// Memory that each component held at most while it was loaded: what one process of it needs, whatever the rate.

import type { SizingRow } from '../../contracts/capacity.ts'
import { HARNESS, type Measurements } from '../../contracts/measurement.ts'
import { sizingRow } from './sizing-row.ts'

export function memoryRows({ steps }: Measurements): readonly SizingRow[] {
  const used = steps.flatMap(({ components }) => components).filter(({ name }) => !HARNESS.includes(name))
  return [...new Set(used.map(({ name }) => name))].map((name) => {
    const resident = used.filter((component) => component.name === name).map(({ rssBytes }) => rssBytes)
    const [low, high] = [Math.min(...resident), Math.max(...resident)]
    return sizingRow(
      { low, mid: high, high },
      {
        group: 'tiers',
        what: `Memory of ${name}, each process`,
        unit: 'bytes',
        basis: 'measured',
        rule: `resident memory over ${resident.length} windows of this run, the least and the most; pools and heaps of a larger setup are sized on their own`,
      },
    )
  })
}
