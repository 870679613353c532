// The schemas in docs/schemas/ are those of the code, and the files they describe keep to them, field by field.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { publishedSchemas } from '../cli/published-schemas.ts'
import { capacityOf } from '../reports/capacity.ts'
import { datasetFixture } from '../reports/fixtures/dataset.ts'
import { measurementsFixture } from '../reports/fixtures/measurements.ts'
import { resolvedPlanFixture } from '../reports/fixtures/resolved-plan.ts'
import { mistakesBy, publishedSchema, SCHEMAS } from './published-schema.ts'

const PLAN_TEXT = readFileSync(new URL('../plan.yaml', import.meta.url), 'utf8')

const measurements = measurementsFixture()
const capacity = capacityOf({ resolved: resolvedPlanFixture(), dataset: datasetFixture(), measurements })
const FILES: readonly (readonly [string, unknown])[] = [
  ['plan', parse(PLAN_TEXT)],
  ['measurements', JSON.parse(JSON.stringify(measurements))],
  ['capacity', JSON.parse(JSON.stringify(capacity))],
]

/** The file once more for every object in it, with one field that nobody knows. */
function withUnknownField(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => withUnknownField(item).map((changed) => value.with(at, changed)))
  }
  if (typeof value !== 'object' || value === null) return []
  return [
    { ...value, unknown: { to: ['everyone'] } },
    ...Object.entries(value).flatMap(([key, child]) =>
      withUnknownField(child).map((changed) => ({ ...value, [key]: changed })),
    ),
  ]
}

describe('docs/schemas', () => {
  it('is what the code says: npm run schemas writes it anew', { timeout: 120_000 }, () => {
    for (const { file, text } of publishedSchemas()) expect(readFileSync(file, 'utf8'), file.pathname).toBe(text)
  })

  it('is named by plan.yaml, for editors', () => {
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(PLAN_TEXT) ?? []
    expect(new URL(path, new URL('../plan.yaml', import.meta.url)).href).toBe(new URL('plan.schema.json', SCHEMAS).href)
  })

  it.each(FILES)('%s: accepts the file as it is written', (name, file) => {
    expect(mistakesBy(name, file)).toEqual([])
  })

  it.each(FILES)('%s: refuses a field it does not know, wherever it stands', (name, file) => {
    const validate = publishedSchema(name)
    const changed = withUnknownField(file)
    expect(changed.length).toBeGreaterThan(20)
    expect(changed.filter((one) => validate(one))).toEqual([])
  })

  it.each(FILES)('%s: refuses a file without one of its fields', (name, file) => {
    const validate = publishedSchema(name)
    const withDefault = ['leadTimeMonths', 'recencyExponent', 'recoverySeconds', 'driftShare']
    for (const field of Object.keys(file as object).filter((key) => !withDefault.includes(key))) {
      const { [field]: _, ...rest } = file as Record<string, unknown>
      expect(validate(rest), field).toBe(false)
    }
  })

  it('plan: takes a number or three for an interval, and nothing else', () => {
    const validate = publishedSchema('plan')
    const plan = parse(PLAN_TEXT)
    const withGrowth = (yearlyGrowth: unknown) => ({ ...plan, orders: { ...plan.orders, yearlyGrowth } })
    expect([0.4, { low: 0, mid: 0, high: 1 }].map((growth) => validate(withGrowth(growth)))).toEqual([true, true])
    expect(['40 %', { low: 0, mid: 0 }, [0.4], null, -1].some((growth) => validate(withGrowth(growth)))).toBe(false)
  })
})
