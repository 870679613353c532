// plan.yaml → Plan, or a refusal that lists every mistake with its line.

import { readFile } from 'node:fs/promises'
import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import { type Document, LineCounter, parseDocument } from 'yaml'
import type { Plan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { nearest } from './nearest-word.ts'
import { type PlanMistake, type PlanPath, planMistakes } from './plan-rules.ts'
import { PLAN_SCHEMA } from './plan-schema.ts'

const ajv = new Ajv({ allErrors: true, verbose: true })
addFormats.default(ajv)
const validate = ajv.compile<Plan>(PLAN_SCHEMA)

export async function loadPlan(file: string): Promise<Plan> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new Refusal({
      what: `the plan ${file} cannot be read`,
      why: [error instanceof Error ? error.message : String(error)],
      wayOut: 'Name a readable file with --plan, or restore plan.yaml.',
    })
  }
  return parsePlan(text, file)
}

export function parsePlan(text: string, file: string): Plan {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0) {
    throw refusal(
      file,
      document.errors.map(({ message, linePos }) => ({ line: linePos?.[0].line ?? 1, text: firstLine(message) })),
    )
  }
  const plan: unknown = document.toJS()
  const mistakes = validate(plan) ? planMistakes(plan) : (validate.errors ?? []).map(mistakeOf)
  if (mistakes.length > 0) {
    const located = mistakes.map(({ path, message }) => ({
      line: lineOf(document, lines, path),
      text: path.length > 0 ? `${path.join('.')} ${message}` : message,
    }))
    throw refusal(file, located)
  }
  return plan as Plan
}

function refusal(file: string, mistakes: readonly { readonly line: number; readonly text: string }[]): Refusal {
  const sorted = [...mistakes].sort((a, b) => a.line - b.line)
  return new Refusal({
    what: `${file} is no valid plan (${sorted.length} ${sorted.length === 1 ? 'mistake' : 'mistakes'})`,
    why: sorted.map(({ line, text }) => `line ${line}: ${text}`),
    wayOut: 'Correct these lines; docs/plan.md explains every field.',
  })
}

function mistakeOf(error: ErrorObject): PlanMistake {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty)
    const near = nearest(key, Object.keys(error.parentSchema?.properties ?? {}))
    return { path: [...path, key], message: `is unknown${near ? `: did you mean ${near}?` : ''}` }
  }
  if (error.keyword === 'required') {
    return { path: [...path, String(error.params.missingProperty)], message: 'is missing' }
  }
  const shown = JSON.stringify(error.data) ?? 'nothing'
  return {
    path,
    message: `${error.message ?? 'is wrong'}, not ${shown.length > 40 ? `${shown.slice(0, 40)}…` : shown}`,
  }
}

/** The line of the path, or of the nearest part of it that the file has. */
function lineOf(document: Document, lines: LineCounter, path: PlanPath): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const items = (parent as { items?: unknown[] } | null)?.items ?? []
    const item =
      typeof key === 'number'
        ? items[key]
        : items.map((pair) => (pair as { key?: unknown }).key).find((node) => String(node) === key)
    const range = (item as { range?: readonly number[] } | undefined)?.range
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line
  }
  return 1
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? text
}
