import { parse, View } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { compile } from 'vega-lite'
import { describe, expect, it } from 'vitest'
import { capacityOf, type Evidence } from '../capacity.ts'
import { datasetFixture } from '../fixtures/dataset.ts'
import { hostileEvidence } from '../fixtures/hostile.ts'
import { measurementsFixture, stepFixture } from '../fixtures/measurements.ts'
import { resolvedPlanFixture } from '../fixtures/resolved-plan.ts'
import { chartsOf } from './charts-of.ts'

const dataset = datasetFixture()
const evidenceOf = (parts: Partial<Evidence>): Evidence => ({
  resolved: resolvedPlanFixture(),
  dataset,
  measurements: measurementsFixture({ dataset }),
  ...parts,
})

const EVIDENCE: Readonly<Record<string, Evidence>> = {
  'an ordinary run': evidenceOf({}),
  'a run of hostile texts': hostileEvidence(),
  'one step without a percentile': evidenceOf({
    measurements: measurementsFixture({
      steps: [stepFixture({ flow: 'list', offeredPerSecond: 1, durationSeconds: 5 }, 1)],
    }),
  }),
  'a dead target': evidenceOf({
    measurements: measurementsFixture({
      tables: [],
      steps: [
        {
          ...stepFixture({ flow: 'list', offeredPerSecond: 50 }, 1),
          goodPerSecond: 0,
          flows: {},
          components: [],
        },
      ],
    }),
  }),
  'overflowing tables': evidenceOf({
    resolved: resolvedPlanFixture({ meanRows: { low: 60e6, mid: 70e6, high: 90e6 } }),
  }),
}

describe.each(Object.entries(EVIDENCE))('the charts of %s', (_, evidence) => {
  const charts = chartsOf(capacityOf(evidence)).all

  it('compile without a warning and hold only numbers that exist', () => {
    for (const { spec } of charts) {
      const warnings: string[] = []
      const logger = loggerInto(warnings)
      const text = JSON.stringify(compile(spec, { logger }).spec, (__, value) => {
        if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`a number that is ${value}`)
        return value
      })
      expect(warnings).toEqual([])
      expect(text.match(/NaN|Infinity/)).toBeNull()
    }
  })

  it('draw in the runtime that the page carries, without eval', async () => {
    for (const { spec } of charts) {
      const runtime = parse(compile(spec).spec, undefined, { ast: true })
      const view = new View(runtime, { expr: expressionInterpreter, renderer: 'none' })
      const svg = await view.toSVG()
      expect(svg.match(/.{40}(NaN|undefined).{40}/)?.[0]).toBeUndefined()
      view.finalize()
    }
  })

  it('have one name each and say in words what they show', () => {
    expect(new Set(charts.map(({ id }) => id)).size).toBe(charts.length)
    for (const { description } of charts) expect(description.length).toBeGreaterThan(20)
  })
})

function loggerInto(warnings: string[]) {
  const logger = {
    level: () => logger,
    error: (...args: readonly unknown[]) => note(args),
    warn: (...args: readonly unknown[]) => note(args),
    info: () => logger,
    debug: () => logger,
  }
  const note = (args: readonly unknown[]) => {
    warnings.push(args.join(' '))
    return logger
  }
  return logger as unknown as NonNullable<Parameters<typeof compile>[1]>['logger']
}
