// What programs read of `npm run bench:search -- --json`. One search of each server: a minute of simulation, most of it for
// the true rates.

import { expect, it } from 'vitest'
import { endedCommand } from './ended-command.fixture.ts'

interface Row {
  readonly procedure: string
  readonly law: string
  readonly noise: string
  readonly searches: number
  readonly truePerSecond: number | null
  readonly published: number
  readonly bias: Readonly<Record<'p5' | 'median' | 'p95', number>> | null
  readonly states: Readonly<Record<string, number>>
}

interface Flattery {
  readonly law: string
  readonly arrivals: string
  readonly ratio: number
}

const FIELDS =
  'bias coverage law noise procedure published searches secondsMedian states truePerSecond within5Percent wrongPublications'

it('bench:search answers with one document: a row for each server and procedure, and what other arrivals flatter', async ({
  signal,
}) => {
  const words = ['--searches', '1', '--budget', '60', '--json']
  const { code, json, text } = await endedCommand('cli/bench-search.ts', words, { signal })
  expect(code, text).toBe(0)
  expect(Object.keys(json).sort()).toEqual(['arrivals', 'budgetSeconds', 'rows', 'searches'])
  expect(json).toMatchObject({ searches: 1, budgetSeconds: 60 })
  const rows = json.rows as readonly Row[]
  const serverOf = ({ law, noise }: Row) => `${law} ${noise}`
  const of = (wanted: string) => rows.filter(({ procedure }) => procedure === wanted).map(serverOf)
  expect(new Set(rows.map(({ procedure }) => procedure))).toEqual(new Set(['current', 'former']))
  expect(new Set(of('current')).size).toBe(of('current').length)
  expect([...of('former')].sort()).toEqual([...of('current')].sort())
  for (const row of rows) {
    expect(Object.keys(row).sort().join(' ')).toBe(FIELDS)
    expect(row.searches).toBe(1)
    // A search ends in one state; what was published is compared with the truth where there is one.
    expect(Object.values(row.states)).toEqual([1])
    expect(row.bias !== null).toBe(row.published === 1 && row.truePerSecond !== null)
  }
  const flattery = json.arrivals as readonly Flattery[]
  expect(new Set(flattery.map(({ law }) => law))).toEqual(new Set(rows.map(({ law }) => law)))
  // Against Poisson's: where requests never meet, more of them pass.
  for (const { arrivals, ratio } of flattery) if (arrivals === 'even') expect(ratio).toBeGreaterThan(1)
})
