// What a service's server and its clients are both made from: per operation the schema of its request, and what a caller
// may do when the answer was lost.

import type { FromSchema, ObjectSchema } from '../../contracts/schema.ts'
import type { CallContext } from '../telemetry/call-context.ts'

export type Methods<S> = { readonly [K in keyof S]: (request: never, context: CallContext) => Promise<unknown> }

export interface Operation {
  readonly request: ObjectSchema
  /** For an operation that changes something: how its caller learns whether it did. Absent: reading again does no harm. */
  readonly ifAnswerLost?: string
}

export type ServiceContract<S> = { readonly [K in keyof S]: Operation }

/** Brands are for the compiler: on the wire an order id is text. `undefined` is not sent. */
type Wire<T> = T extends string & { readonly __brand: unknown }
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Wire<Exclude<T[K], undefined>> }
      : T

type RequestOf<M> = M extends (request: infer R, context: CallContext) => Promise<unknown> ? R : never

/** Never for an operation whose schema does not take what the interface's callers send. */
type Matching<S, C extends ServiceContract<S>> = {
  readonly [K in keyof S]: Wire<RequestOf<S[K]>> extends FromSchema<C[K]['request']> ? Operation : never
}

/** `contractFor<Service>()({ … })`: one entry per operation, each taking what the service's interface says. */
export function contractFor<S>() {
  return <const C extends ServiceContract<S>>(contract: C & Matching<S, C>): ServiceContract<S> => contract
}

/** Text for `ifAnswerLost`. */
export const REPEAT_WITH_SAME_KEY = 'send the same request with the same Idempotency-Key again'
export const READ_ORDER_AGAIN = 'read the order again: its status says whether it was'
