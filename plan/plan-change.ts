// `orders.yearlyGrowth.mid=0.6`: one value of the plan set from the command line, checked like the file itself.

import { Refusal } from '../contracts/refusal.ts'
import { nearest } from './nearest-word.ts'
import { isInterval, PLAN_SCHEMA, type PlanNode } from './plan-schema.ts'
import { readYaml, type YamlPath } from './yaml-source.ts'

export interface PlanChange {
  readonly path: YamlPath
  readonly value: unknown
  /** As it was typed. */
  readonly typed: string
}

/** The words of one `--set`. */
export function parsePlanChange(text: string): PlanChange {
  const [path, value] = splitAssignment(text, '--set')
  return { path: parsePlanPath(path, '--set'), value: parseValue(value, `--set ${text}`), typed: `--set ${text}` }
}

export function splitAssignment(text: string, flag: string): readonly [path: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) {
    throw wrong(`${flag} ${text}`, `a path, = and a value are wanted: ${flag} orders.yearlyGrowth.mid=0.6`)
  }
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}

/** `orders.promotions[0].days` and `orders.promotions.0.days` → the path. Refuses what no plan has. */
export function parsePlanPath(text: string, flag: string): YamlPath {
  const path: (string | number)[] = []
  let node: PlanNode | undefined = PLAN_SCHEMA
  for (const word of text.replace(/\[(\d+)\]/g, '.$1').split('.')) {
    const children = childrenOf(node)
    if (node?.items !== undefined && /^\d+$/.test(word)) {
      path.push(Number(word))
      node = node.items
    } else if (children !== undefined && Object.hasOwn(children, word)) {
      path.push(word)
      node = children[word]
    } else {
      throw wrong(`${flag} ${text}`, `${pathText([...path, word])} is no field of a plan${hint(word, path, node)}`)
    }
  }
  return path
}

export function pathText(path: YamlPath): string {
  return path.join('.')
}

export function nodeAt(path: YamlPath): PlanNode | undefined {
  return path.reduce<PlanNode | undefined>(
    (node, key) => (typeof key === 'number' ? node?.items : childrenOf(node)?.[key]),
    PLAN_SCHEMA,
  )
}

export function parseValue(text: string, typed: string): unknown {
  const { value, mistakes } = readYaml(text)
  const [mistake] = mistakes
  if (mistake !== undefined) throw wrong(typed, `${mistake.text} (a value is written as in plan.yaml)`)
  return value
}

/** Puts the value in place. Where the file is broken on the way there, it stays as it is: that mistake is reported. */
export function withChange(draft: unknown, { path, value, typed }: PlanChange): unknown {
  const place = (node: PlanNode | undefined, at: unknown, [key, ...rest]: YamlPath): unknown => {
    if (key === undefined) return value
    if (typeof key === 'number') {
      if (!Array.isArray(at)) return at
      if (key >= at.length) throw wrong(typed, `the list has ${at.length} entries, counted from 0`)
      return at.with(key, place(node?.items, at[key], rest))
    }
    if (node !== undefined && isInterval(node)) return changedInterval(node, at, key as Bound, value)
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return at
    const fields = at as Readonly<Record<string, unknown>>
    // What may be left out begins here; what is missing beside it is told.
    const child = fields[key] === undefined && mayBeLeftOut(node, key) ? {} : fields[key]
    return { ...fields, [key]: place(childrenOf(node)?.[key], child, rest) }
  }
  return place(PLAN_SCHEMA, draft, path)
}

function mayBeLeftOut(node: PlanNode | undefined, key: string): boolean {
  return Array.isArray(node?.required) && !node.required.includes(key)
}

type Bound = 'low' | 'mid' | 'high'

/**
 * Another mid takes low and high along, so that "and with 60 % growth?" is one question and not two: their distance
 * from the least possible value (0 of a factor, −1 of growth) keeps its ratio. `low` and `high` move alone.
 */
function changedInterval(node: PlanNode, draft: unknown, bound: Bound, value: unknown): unknown {
  const whole = typeof draft === 'number' ? { low: draft, mid: draft, high: draft } : draft
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return draft
  const { low, mid, high } = whole as Readonly<Record<Bound, unknown>>
  const least = Number(node.then?.exclusiveMinimum ?? 0)
  if (bound !== 'mid' || !isNumber(low) || !isNumber(mid) || !isNumber(high) || !isNumber(value) || !(mid > least)) {
    return { ...whole, [bound]: value }
  }
  const moved = (end: number) =>
    Number((least + ((end - least) * (value - least)) / (mid - least)).toPrecision(SIGNIFICANT_DIGITS))
  return { ...whole, low: Math.min(moved(low), value), mid: value, high: Math.max(moved(high), value) }
}

/** Enough for any plan, and few enough that 0.2 + 0.4 reads 0.6. */
const SIGNIFICANT_DIGITS = 10

function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

function childrenOf(node: PlanNode | undefined): Readonly<Record<string, PlanNode>> | undefined {
  return node?.properties ?? node?.else?.properties
}

function hint(word: string, path: YamlPath, node: PlanNode | undefined): string {
  if (node?.items !== undefined) return `: ${pathText(path)} is a list, name an entry by its number, from 0`
  const children = Object.keys(childrenOf(node) ?? {})
  const near = nearest(word, children)
  if (near !== null) return `: did you mean ${pathText([...path, near])}?`
  const elsewhere = allPaths(PLAN_SCHEMA).filter((candidate) => candidate.at(-1) === word)
  if (elsewhere.length > 0) return `: did you mean ${elsewhere.map(pathText).join(' or ')}?`
  return children.length > 0 ? `: ${pathText(path) || 'a plan'} has ${children.join(', ')}` : ''
}

function allPaths(node: PlanNode | undefined, path: YamlPath = []): readonly YamlPath[] {
  if (node?.items !== undefined) return [path, ...allPaths(node.items, [...path, 0])]
  const below = Object.entries(childrenOf(node) ?? {}).flatMap(([name, child]) => allPaths(child, [...path, name]))
  return [path, ...below]
}

function wrong(typed: string, why: string): Refusal {
  return new Refusal({ what: `${typed} cannot be done`, why: [why], wayOut: 'docs/plan.md explains every field.' })
}
