// JSON Schema in few words.

export const number = { type: 'number' } as const
export const text = { type: 'string' } as const
export const count = { type: 'integer', minimum: 0 } as const
export const nullable = (schema: object) => ({ anyOf: [schema, { type: 'null' }] })
export const list = (items: object, more: object = {}) => ({ type: 'array', items, ...more })
export const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})
export const mapOf = (schema: object) => ({ type: 'object', additionalProperties: schema })
