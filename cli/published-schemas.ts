// What docs/schemas/ holds. plan.yaml is checked by a schema of its own; the files of a run are what their TypeScript
// types say, so their schemas are derived from those types. A new file is one line here.

import { fileURLToPath } from 'node:url'
import { createGenerator } from 'ts-json-schema-generator'
import { PLAN_SCHEMA } from '../plan/plan-schema.ts'

const CHECKOUT = new URL('../', import.meta.url)
const DRAFT = 'http://json-schema.org/draft-07/schema#'

const SOURCES: Readonly<Record<string, { readonly title: string; readonly schema: () => object }>> = {
  plan: { title: 'The growth plan, plan.yaml', schema: () => PLAN_SCHEMA },
  measurements: {
    title: 'The evidence of a run, measurements.json',
    schema: () => ofType('contracts/measurement.ts', 'Measurements'),
  },
  capacity: {
    title: 'The verdicts of a run, capacity.json',
    schema: () => ofType('contracts/capacity.ts', 'Capacity'),
  },
}

export interface PublishedSchema {
  readonly file: URL
  readonly text: string
}

export function publishedSchemas(): readonly PublishedSchema[] {
  return Object.entries(SOURCES).map(([name, { title, schema }]) => ({
    file: new URL(`docs/schemas/${name}.schema.json`, CHECKOUT),
    text: `${JSON.stringify({ $schema: DRAFT, title, ...schema() }, null, 2)}\n`,
  }))
}

/** Comments of the type become descriptions; fields that the type does not have are refused. */
function ofType(source: string, type: string): object {
  const at = (path: string) => fileURLToPath(new URL(path, CHECKOUT))
  const generator = createGenerator({
    path: at(source),
    tsconfig: at('tsconfig.json'),
    type,
    expose: 'none',
    topRef: false,
    additionalProperties: false,
    skipTypeCheck: true,
  })
  return generator.createSchema(type)
}
