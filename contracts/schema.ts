// JSON Schema as data, and the TypeScript type it describes: one statement of each shape serves the validator, the
// serialiser, OpenAPI and the compiler. Only the subset of JSON Schema used here.

export interface ObjectSchema {
  readonly type: 'object'
  readonly additionalProperties: false
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, Schema>>
  readonly description?: string
}
export interface ArraySchema {
  readonly type: 'array'
  readonly items: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly description?: string
}
export interface ScalarSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean'
  readonly enum?: readonly (string | number)[]
  readonly const?: string | number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly default?: string | number | boolean
  readonly nullable?: true
  readonly description?: string
}
export type Schema = ObjectSchema | ArraySchema | ScalarSchema

type Scalar<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: 'string' }
    ? string
    : S extends { readonly type: 'integer' | 'number' }
      ? number
      : S extends { readonly type: 'boolean' }
        ? boolean
        : never

type Nullable<S, T> = S extends { readonly nullable: true } ? T | null : T

/** The type a schema describes. */
export type FromSchema<S> = S extends {
  readonly type: 'object'
  readonly properties: infer P
  readonly required: readonly (infer R)[]
}
  ? { readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> } & {
      readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]>
    }
  : S extends { readonly type: 'array'; readonly items: infer I }
    ? readonly FromSchema<I>[]
    : Nullable<S, Scalar<S>>
