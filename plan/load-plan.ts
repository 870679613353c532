// plan.yaml → Plan, or a refusal that lists every mistake with its line.

import { readFile } from 'node:fs/promises'
import type { Plan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { type PlanChange, withChange } from './plan-change.ts'
import { ruleMistakes } from './plan-rules.ts'
import { isInterval, PLAN_SCHEMA, type PlanNode } from './plan-schema.ts'
import { type PlanMistake, shapeMistakes } from './shape-mistakes.ts'
import { idLawMistakes, type PlanPurpose, shardCountMistakes } from './table-rules.ts'
import { readYaml, type YamlPath } from './yaml-source.ts'

export async function loadPlan(file: string): Promise<Plan> {
  return parsePlan(await readPlanFile(file), file)
}

export async function readPlanFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Refusal({
      what: `the plan ${file} cannot be read`,
      why: [error instanceof Error ? error.message : String(error)],
      wayOut: 'Name a readable file with --plan, or restore plan.yaml.',
    })
  }
}

/** `changes` are made in their order, before anything is judged. */
export function parsePlan(
  text: string,
  file: string,
  purpose: PlanPurpose = 'tables',
  changes: readonly PlanChange[] = [],
): Plan {
  const source = readYaml(text)
  if (!source.isWhole) throw refusal(file, source.mistakes)
  if (source.value === null && source.mistakes.length === 0) throw refusal(file, [EMPTY])
  const draft = changes.reduce(withChange, source.value)
  const plan = completed(PLAN_SCHEMA, draft) as Plan
  const shape = shapeMistakes(draft)
  const relations = ruleMistakes(plan, shape)
  const isShardsShaped = !shape.some(({ path }) => startsWith(['shards'], path))
  const otherCount = isShardsShaped ? shardCountMistakes(plan, purpose) : []
  const idLaw = idLawMistakes(plan, [...shape, ...relations])
  if ([...source.mistakes, ...shape, ...relations, ...otherCount, ...idLaw].length === 0) return plan
  const located = (mistakes: readonly PlanMistake[], concerns: (change: YamlPath, mistake: YamlPath) => boolean) =>
    mistakes.flatMap(({ path, message }) => {
      if (message === null) return []
      const change = changes.findLast((made) => concerns(made.path, path))?.typed
      return [{ line: source.lineOf(path), change, text: `${path.join('.') || 'a plan'} ${message}` }]
    })
  throw refusal(file, [
    ...source.mistakes,
    // A changed value answers for itself and what is in it; a broken relation also for what it stands in.
    ...located(shape, (change, path) => startsWith(path, change)),
    ...located(
      [...relations, ...otherCount, ...idLaw],
      (change, path) => startsWith(path, change) || startsWith(change, path),
    ),
  ])
}

interface LocatedMistake {
  readonly line: number
  /** The words that made it, where the file did not. */
  readonly change?: string | undefined
  readonly text: string
}

const EMPTY: LocatedMistake = { line: 1, text: 'the file is empty: plan.yaml of this checkout shows what a plan is' }

function refusal(file: string, mistakes: readonly LocatedMistake[]): Refusal {
  const sorted = [...mistakes].sort((a, b) => a.line - b.line)
  const why = [...new Set(sorted.map(({ line, change, text }) => `${change ?? `line ${line}`}: ${visible(text)}`))]
  return new Refusal({
    what: `${file} is no valid plan (${why.length} ${why.length === 1 ? 'mistake' : 'mistakes'})`,
    why,
    wayOut: 'Correct these lines; docs/plan.md explains every field.',
  })
}

/** A name with a line break in it would break the list. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function startsWith(path: YamlPath, start: YamlPath): boolean {
  return start.every((key, at) => path[at] === key)
}

/** Numbers that stand for an interval spread out, defaults filled in; what has another shape is left as it is. */
function completed(node: PlanNode | undefined, value: unknown): unknown {
  if (isInterval(node) && typeof value === 'number') return { low: value, mid: value, high: value }
  if (Array.isArray(value)) return value.map((item) => completed(node?.items, item))
  if (typeof value !== 'object' || value === null) return value
  const children = node?.properties ?? {}
  const defaults = Object.entries(children).flatMap(([name, child]) =>
    child.default === undefined ? [] : [[name, child.default] as const],
  )
  const given = Object.entries(value).map(([name, child]) => [name, completed(children[name], child)] as const)
  return Object.fromEntries([...defaults, ...given])
}
