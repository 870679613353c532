// A schema of docs/schemas/ as those who validate with it read it.

import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

export const SCHEMAS = new URL('../docs/schemas/', import.meta.url)

export function publishedSchema(name: string): ValidateFunction {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, allowUnionTypes: true })
  addFormats.default(ajv)
  return ajv.compile(JSON.parse(readFileSync(new URL(`${name}.schema.json`, SCHEMAS), 'utf8')))
}

/** What the schema has against the value. */
export function mistakesBy(name: string, value: unknown): readonly unknown[] {
  const validate = publishedSchema(name)
  return validate(value) ? [] : (validate.errors ?? [])
}
