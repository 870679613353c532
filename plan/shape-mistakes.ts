// Where a plan is not of its schema's shape, in words for whoever wrote the file.

import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import { nearest } from './nearest-word.ts'
import { PLAN_SCHEMA } from './plan-schema.ts'
import { dateSpelling, dayOfYearSpelling, numberSpelling } from './right-spelling.ts'
import { UNRESOLVED, type YamlPath } from './yaml-source.ts'

export interface PlanMistake {
  readonly path: YamlPath
  /** null: the reader of the file has said it already; the path is unsound all the same. */
  readonly message: string | null
}

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false, strictRequired: false })
addFormats.default(ajv)
const validate = ajv.compile(PLAN_SCHEMA)

export function shapeMistakes(plan: unknown): readonly PlanMistake[] {
  if (validate(plan)) return []
  return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(mistakeOf)
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a group of fields',
  array: 'a list',
  number: 'a number',
  integer: 'a whole number',
  string: 'a text',
}

function mistakeOf(error: ErrorObject): PlanMistake {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  if (error.keyword === 'additionalProperties') return unknownKey(path, error)
  if (error.keyword === 'required') {
    return { path: [...path, String(error.params.missingProperty)], message: 'is missing' }
  }
  if (error.data === UNRESOLVED) return { path, message: null }
  const hint = spelling(error)
  return { path, message: `${demand(error)}, not ${shown(error.data)}${hint === null ? '' : `: write ${hint}`}` }
}

function unknownKey(path: YamlPath, error: ErrorObject): PlanMistake {
  const key = String(error.params.additionalProperty)
  const given = Object.keys(error.data as object)
  const absent = Object.keys(error.parentSchema?.properties ?? {}).filter((name) => !given.includes(name))
  const near = key === '<<' ? null : nearest(key, absent)
  return { path: [...path, key], message: `is unknown${near ? `: did you mean ${near}?` : ''}` }
}

function demand({ keyword, params, message, schemaPath, data }: ErrorObject): string {
  if (typeof data === 'number' && !Number.isFinite(data)) return 'must be a finite number'
  if (keyword === 'type') {
    const wanted = TYPES[params.type] ?? params.type
    return schemaPath.endsWith('/else/type') ? 'must be a number, or low, mid and high' : `must be ${wanted}`
  }
  if (keyword === 'pattern') return 'must be a month and a day like 11-11'
  return message ?? 'is wrong'
}

function spelling({ keyword, params, schemaPath, parentSchema, data }: ErrorObject): string | null {
  if (typeof data !== 'string' && typeof data !== 'number') return null
  if (parentSchema?.format === 'date') return dateSpelling(String(data))
  // As a number 6.10 is 6.1, which may be the first or the tenth.
  if (parentSchema?.pattern !== undefined) {
    return typeof data === 'number' && !/\.\d\d$/.test(String(data)) ? null : dayOfYearSpelling(String(data))
  }
  const wantsNumber = ['number', 'integer'].includes(params.type) || schemaPath.endsWith('/else/type')
  return keyword === 'type' && wantsNumber && typeof data === 'string' ? numberSpelling(data) : null
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
  }
  const text = JSON.stringify(value, (_, part) => (part === UNRESOLVED ? '*' : part)) ?? 'nothing'
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
