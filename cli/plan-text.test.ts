import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parsePlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { planText } from './plan-text.ts'

const TEXT = readFileSync(new URL('../plan.yaml', import.meta.url), 'utf8')
const LONG = 'of-eighty-letters'.repeat(5).slice(0, 80)
const DECADE = [
  ['horizonYears: 3', 'horizonYears: 10'],
  ['start: 2026-01-01', 'start: 2031-01-01'],
] as const
/** Every table is full at once, and was to be decided on before the plan starts. */
const OVERFULL = [
  ['rowsPerTableLimit: 50e6', 'rowsPerTableLimit: 1.23e6'],
  ['low: 0.30, mid: 0.40, high: 0.50', 'low: 0.40, mid: 0.50, high: 0.60'],
  ['leadTimeMonths: 6', 'leadTimeMonths: 60'],
] as const

const BILLIONS = ['low: 1.35e6, mid: 1.5e6, high: 1.65e6', 'low: 1e9, mid: 1.5e9, high: 2e9'] as const

function printed(changes: readonly (readonly [right: string, wrong: string])[]): readonly string[] {
  const text = changes.reduce((changed, [right, wrong]) => {
    expect(changed).toContain(right)
    return changed.replace(right, wrong)
  }, TEXT)
  return planText(resolvePlan(parsePlan(text, 'plan.yaml', 'projection'))).split('\n')
}

it.each([
  ['a name of 13 letters', [['name: default', 'name: default-plan-2']]],
  [
    'names of 80 letters',
    [
      ['name: default', `name: ${LONG}`],
      ['name: "11.11"', `name: ${LONG}`],
    ],
  ],
  ['a name of many words', [['name: default', `name: ${'so many '.repeat(9)}`]]],
  ['ten years', DECADE],
  ['ten years that never fit', [...DECADE, ...OVERFULL]],
  ['ten years in many tables', [...DECADE, ...OVERFULL, ['shards: 64', 'shards: 65536']]],
  ['ten years of a billion orders a day', [...DECADE, BILLIONS, ['shards: 64', 'shards: 128']]],
] as const)('keeps to 80 columns: %s', { timeout: 60_000 }, (_, changes) => {
  expect(printed(changes).filter((line) => line.length > 80)).toEqual([])
})

it('says below a value what no longer fits behind it', () => {
  const lines = printed([...DECADE, ...OVERFULL])
  const at = lines.findIndex((line) => line.startsWith('  Last month to decide'))
  expect(lines[at]).toMatch(/^ {2}Last month to decide {3}20\d\d-\d\d$/)
  expect(lines[at + 1]).toBe(`${' '.repeat(25)}(then 60 months to build; before the plan starts)`)
})

it('shortens a name, and nothing else', () => {
  const [title = '', rest = ''] = printed([['name: default', `name: ${LONG}`]])
  expect(title).toMatch(/^Plan "(of-eighty-letters)+.*…" [0-9a-f]{12}:/)
  expect(`${title} ${rest.trim()}`).toMatch(/: 3 years from 2026-01-01, 64 tables per family$/)
})
