// One op of `npm run model`: the shape of its question, the function that answers it, and a worked example.

import type { Shape } from './shape.ts'

export type OpResult = { readonly mistakes: readonly string[] } | { readonly answer: object }

export interface ModelOp {
  /** What question it answers and which law it rests on; shown by `OP --help`. */
  readonly about: string
  readonly example: object
  readonly run: (input: unknown) => OpResult
}

export interface OpDefinition<Q> {
  readonly about: string
  readonly example: object
  readonly shape: Shape<Q>
  /** Mistakes between fields, looked for once each field is right. */
  readonly mistakes?: (question: Q) => readonly string[]
  readonly answer: (question: Q) => object
}

export function defineOp<Q>(definition: OpDefinition<Q>): ModelOp {
  return { about: definition.about, example: definition.example, run: (input) => ask(definition, input) }
}

/** For ops that take one of several questions. */
export function ask<Q>(definition: Omit<OpDefinition<Q>, 'about' | 'example'>, input: unknown): OpResult {
  const mistakes: string[] = []
  const question = definition.shape.read(input, '', mistakes)
  if (mistakes.length > 0) return { mistakes }
  const between = definition.mistakes?.(question) ?? []
  return between.length > 0 ? { mistakes: between } : { answer: definition.answer(question) }
}
