// Whatever is done to plan.yaml, it is a plan or a refusal with lines: never a fault of ours.

import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Plan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { parsePlan } from './load-plan.ts'
import { parsePlanChange } from './plan-change.ts'
import { resolvePlan } from './resolve-plan.ts'
import { seedVolume } from './seed-volume.ts'
import { parseSweep } from './sweep.ts'

vi.setConfig({ testTimeout: 120_000 })

const TEXT = readFileSync(new URL('../plan.yaml', import.meta.url), 'utf8')
const LINES = TEXT.split('\n')

const SNIPPETS = [
  ...[
    ': ',
    '- ',
    '*a',
    '&a ',
    '&a [*a]',
    '<<: *a',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '\t',
    '\r',
    '\n',
    '\n---\n',
    '\n...\n',
  ],
  ...[
    '!!binary x',
    '!x ',
    '? ',
    '|',
    '>',
    '%YAML 1.1\n---\n',
    '#',
    ',',
    '\u0000',
    '\ud800',
    '\ufeff',
    '__proto__: 1\n',
  ],
  ...['.inf', '-.inf', '.nan', 'null', '~', 'true', '1e999', '-1', '0', '0.5', '1e12', '50_000_000', '40 %', '1,5e6'],
  ...['2090-01-01', '01.01.2026', '02-29', '99999999999999999999', '1e-320', '"2026-02-30"', '11.11'],
]

const textEdit = fc.record({
  at: fc.nat({ max: TEXT.length }),
  remove: fc.integer({ min: 0, max: 30 }),
  insert: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 8, unit: 'binary' })),
})
const lineEdit = fc.record({
  line: fc.nat({ max: LINES.length - 1 }),
  how: fc.constantFrom('drop', 'twice', 'swap', 'indent', 'value'),
  value: fc.constantFrom(...SNIPPETS),
})

function editLine(
  text: string,
  { line, how, value }: typeof lineEdit extends fc.Arbitrary<infer T> ? T : never,
): string {
  const lines = text.split('\n')
  const here = lines[line] ?? ''
  const after = lines[line + 1] ?? ''
  const edited = {
    drop: [after],
    twice: [here, here, after],
    swap: [after, here],
    indent: [` ${here}`, after],
    value: [here.replace(/:.*$/, `: ${value}`), after],
  }[how]
  return lines.toSpliced(line, 2, ...edited).join('\n')
}

/** Every place of the plan, as the way to it. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) }
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

/** A plan whose every figure is a number; or the refusal. Anything else thrown fails the test. */
function outcomeOf(read: () => Plan): Plan | Refusal {
  try {
    const plan = read()
    const { totalOrders, rowsByTable, months, forecast, peak } = resolvePlan(plan)
    for (const { low, mid, high } of [
      totalOrders,
      ...Object.values(peak.ratePerSecond),
      ...months.map((m) => m.orders),
    ]) {
      expect([low, mid, high].every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
      expect(low <= mid * (1 + 1e-9) && mid <= high * (1 + 1e-9)).toBe(true)
    }
    expect(rowsByTable.every((rows) => Number.isFinite(rows) && rows >= 0)).toBe(true)
    expect(forecast.probabilityAnyTableExceeds >= 0 && forecast.probabilityAnyTableExceeds <= 1).toBe(true)
    if (plan.shards === 64) seedVolume(plan, plan.horizonYears)
    return plan
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect(error.exitCode).toBe(2)
    expect(error.why.length).toBeGreaterThan(0)
    return error
  }
}

function readOrRefused(text: string): void {
  const outcome = outcomeOf(() => parsePlan(text, 'plan.yaml'))
  if (!(outcome instanceof Refusal)) return
  const lineCount = text.split('\n').length
  for (const why of outcome.why) {
    const [, line] = /^line (\d+): ./.exec(why) ?? []
    expect(Number(line), why).toBeGreaterThanOrEqual(1)
    expect(Number(line), why).toBeLessThanOrEqual(lineCount)
  }
}

describe('plan.yaml, changed in any way', () => {
  it('text cut out and put in', () => {
    const edits = fc.array(textEdit, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(edits, (changes) => {
        readOrRefused(
          changes.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), TEXT),
        )
      }),
      { numRuns: 120 },
    )
  })

  it('lines dropped, doubled, swapped, indented, given another value', () => {
    const edits = fc.array(lineEdit, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(edits, (changes) => readOrRefused(changes.reduce(editLine, TEXT))),
      { numRuns: 120 },
    )
  })

  it('any part replaced by any value', () => {
    const plan: unknown = parse(TEXT)
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1, 0.5, 2, 3, 1e-300, 1e300))
    const value = fc.oneof({ weight: 2, arbitrary: number }, fc.jsonValue({ maxDepth: 2 }))
    fc.assert(
      fc.property(fc.constantFrom(...placesOf(plan)), value, (place, other) =>
        readOrRefused(stringify(replaced(plan, place, other))),
      ),
      { numRuns: 120 },
    )
  })

  it('any --set and --sweep', () => {
    const path = fc.oneof(
      fc.constantFrom(...placesOf(parse(TEXT)).map((place) => place.join('.'))),
      fc.string({ maxLength: 12 }),
    )
    const value = fc.oneof(fc.constantFrom(...SNIPPETS, '0.1..0.9', '1..3/1', '1,2'), fc.string({ maxLength: 12 }))
    fc.assert(
      fc.property(path, value, fc.boolean(), (place, wanted, sweeps) => {
        outcomeOf(() => {
          const words = `${place}=${wanted}`
          const changes = sweeps ? parseSweep(words).slice(0, 1) : [parsePlanChange(words)]
          return parsePlan(TEXT, 'plan.yaml', 'projection', changes)
        })
      }),
      { numRuns: 120 },
    )
  })
})
