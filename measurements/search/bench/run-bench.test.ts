// One search of two servers by each procedure: what programs read of `npm run bench:search -- --json`.

import { expect, it } from 'vitest'
import { runSearchBench } from './run-bench.ts'
import type { Scene, SceneRow } from './search-bench.ts'

const SCENES: readonly Scene[] = (['none', 'one-stall'] as const).map((noise) => {
  return { server: 'two-workers', law: 'fixed', noise }
})
const FIELDS =
  'bias coverage law noise procedure published searches secondsMedian server states truePerSecond within5Percent wrongPublications'

it('answers with a row for each server and procedure, and with what other arrivals flatter', async ({ signal }) => {
  const told: number[] = []
  const report = await runSearchBench({
    scenes: SCENES,
    searches: 1,
    budgetSeconds: 60,
    signal,
    onProgress: (done, all) => void told.push(done / all),
  })
  expect(report).toMatchObject({ searches: 1, budgetSeconds: 60 })
  const sceneOf = ({ server, law, noise }: Scene) => `${server} ${law} ${noise}`
  const searchedBy = (wanted: SceneRow['procedure']) =>
    report.rows.filter(({ procedure }) => procedure === wanted).map(sceneOf)
  for (const procedure of ['current', 'former'] as const) {
    expect(searchedBy(procedure).sort()).toEqual(SCENES.map(sceneOf).sort())
  }
  for (const row of report.rows) {
    expect(Object.keys(row).sort().join(' ')).toBe(FIELDS)
    // A search ends in one state; what was published is compared with the truth where there is one.
    expect(Object.values(row.states)).toEqual([1])
    expect(row.bias !== null).toBe(row.published === 1 && row.truePerSecond !== null)
  }
  expect(report.arrivals.map(({ law, arrivals }) => `${law} ${arrivals}`).sort()).toEqual([
    'fixed counted',
    'fixed even',
  ])
  // Against Poisson's: where requests never meet, more of them pass.
  for (const { arrivals, ratio } of report.arrivals) if (arrivals === 'even') expect(ratio).toBeGreaterThan(1)
  expect(told.at(-1)).toBe(1)
})
