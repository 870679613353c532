import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, it } from 'vitest'

const SUT = join(import.meta.dirname, '..')
const DASHBOARD = join(import.meta.dirname, 'grafana/dashboards/migration.json')

interface Dashboard {
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] }
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
}

const { annotations, panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard
const QUERIES = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
  ...annotations.list.map(({ name, expr }) => ({ title: name, expr })),
]

/** Of a histogram Prometheus keeps three. */
function seriesOf(name: string): readonly string[] {
  return [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]
}

function registeredNames(): ReadonlySet<string> {
  const files = readdirSync(SUT, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.test)\.ts$/.test(file))
  const names = files.flatMap(
    (file) => readFileSync(join(SUT, file), 'utf8').match(/(?<=')headroom_[a-z_]+(?=')/g) ?? [],
  )
  return new Set(names.flatMap(seriesOf))
}

/** Throws where it is not PromQL. */
function metricsIn(expr: string): readonly string[] {
  const names: string[] = []
  let isBelowSelector = false
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) throw new Error(`no PromQL at character ${from}: ${expr}`)
      if (type.name === 'Identifier' && isBelowSelector) names.push(expr.slice(from, to))
      isBelowSelector = type.name === 'VectorSelector'
    },
  })
  return names
}

describe('the dashboard of the migration', () => {
  it('has queries', () => {
    expect(QUERIES.length).toBeGreaterThan(20)
  })

  it.each(QUERIES)('$title: $expr asks for figures that the services have', ({ expr }) => {
    const metrics = metricsIn(expr)
    expect(metrics.length).toBeGreaterThan(0)
    const known = registeredNames()
    expect(metrics.filter((name) => !known.has(name))).toEqual([])
  })
})
