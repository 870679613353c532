// The shape of an op's input: reads unknown JSON into a typed question and lists every mistake on the way.
// Small on purpose: an answer has to start within half a second, and compiling a schema takes a fifth of that.

export interface Shape<T> {
  /** What is expected, for the message when it is missing. */
  readonly expected: string
  readonly optional: boolean
  /** Adds what is wrong to `mistakes`; the value returned counts only when nothing was added. */
  readonly read: (value: unknown, path: string, mistakes: string[]) => T
}

type Fields = Readonly<Record<string, Shape<unknown>>>
type Read<F extends Fields> = { readonly [K in keyof F]: F[K] extends Shape<infer T> ? T : never }

export interface NumberRange {
  readonly atLeast?: number
  readonly above?: number
  readonly atMost?: number
  readonly below?: number
  readonly integer?: boolean
}

/** Beyond these sizes products of inputs leave the range of a double; no capacity question lives there. */
const LARGEST = 1e15
const SMALLEST_POSITIVE = 1e-12

export function number(range: NumberRange = {}): Shape<number> {
  const bounds: NumberRange = {
    ...(range.below === undefined ? { atMost: LARGEST } : {}),
    ...(range.atLeast === undefined && range.above === undefined ? { atLeast: -LARGEST } : {}),
    ...range,
  }
  const expected = describeNumber(bounds)
  const fits = (value: number): boolean =>
    (bounds.atLeast === undefined || value >= bounds.atLeast) &&
    (bounds.above === undefined || value > bounds.above) &&
    (bounds.atMost === undefined || value <= bounds.atMost) &&
    (bounds.below === undefined || value < bounds.below) &&
    (!bounds.integer || Number.isInteger(value))
  return shape(expected, (value, path, mistakes) => {
    if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value
    mistakes.push(`${path}: must be ${expected}, not ${show(value)}`)
    return Number.NaN
  })
}

export const positive = (range: NumberRange = {}): Shape<number> => number({ atLeast: SMALLEST_POSITIVE, ...range })
export const count = (range: NumberRange = {}): Shape<number> => number({ integer: true, atLeast: 1, ...range })

export function text(): Shape<string> {
  return shape('a non-empty string', (value, path, mistakes) => {
    if (typeof value === 'string' && value !== '') return value
    mistakes.push(`${path}: must be a non-empty string, not ${show(value)}`)
    return ''
  })
}

export function flag(): Shape<boolean> {
  return shape('true or false', (value, path, mistakes) => {
    if (typeof value !== 'boolean') mistakes.push(`${path}: must be true or false, not ${show(value)}`)
    return value === true
  })
}

export function oneOf<const W extends string>(words: readonly W[]): Shape<W> {
  const expected = words.map((word) => `"${word}"`).join(' or ')
  return shape(expected, (value, path, mistakes) => {
    const found = words.find((word) => word === value)
    if (found === undefined) mistakes.push(`${path}: must be ${expected}, not ${show(value)}`)
    return found ?? (words[0] as W)
  })
}

export function list<T>(item: Shape<T>, { atLeast = 0, atMost = 100_000 } = {}): Shape<readonly T[]> {
  const expected = `a list of ${atLeast} to ${atMost} items`
  return shape(expected, (value, path, mistakes) => {
    if (!Array.isArray(value) || value.length < atLeast || value.length > atMost) {
      const found = Array.isArray(value) ? `${value.length} items` : show(value)
      mistakes.push(`${path}: must be ${expected}, not ${found}`)
      return []
    }
    return value.map((entry, i) => item.read(entry, `${path}[${i}]`, mistakes))
  })
}

export function record<F extends Fields>(fields: F): Shape<Read<F>> {
  return shape('an object', (value, path, mistakes) => {
    const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
    if (!isObject(value)) {
      mistakes.push(`${path === '' ? 'the input' : path}: must be an object, not ${show(value)}`)
      return {} as Read<F>
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key))
        mistakes.push(`${at(key)}: unknown field; known are ${Object.keys(fields).join(', ')}`)
    }
    const entries = Object.entries(fields).map(([key, field]) => {
      const given = Object.hasOwn(value, key)
      if (!given && !field.optional) mistakes.push(`${at(key)}: missing; must be ${field.expected}`)
      return [key, given || field.optional ? field.read(given ? value[key] : undefined, at(key), mistakes) : undefined]
    })
    return Object.fromEntries(entries) as Read<F>
  })
}

/** An object with any keys and values of one shape. */
export function dictionary<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return shape('an object', (value, path, mistakes) => {
    if (!isObject(value)) {
      mistakes.push(`${path}: must be an object, not ${show(value)}`)
      return {}
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, item.read(entry, `${path}.${key}`, mistakes)]),
    )
  })
}

/** May be left out; then it is the default. */
export function withDefault<T>(inner: Shape<T>, fallback: T): Shape<T> {
  const read: Shape<T>['read'] = (value, path, mistakes) =>
    value === undefined ? fallback : inner.read(value, path, mistakes)
  return { expected: inner.expected, optional: true, read }
}

/** May be left out; then it is absent. */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return withDefault<T | undefined>(inner, undefined)
}

/** `null` is an answer too: looked for, and not there. */
export function orNull<T>(inner: Shape<T>): Shape<T | null> {
  return shape(`${inner.expected} or null`, (value, path, mistakes) =>
    value === null ? null : inner.read(value, path, mistakes),
  )
}

/** Keeps an answer within a second where the time goes with a product of inputs, each of which may be large alone. */
export function tooMuchWork(what: string, amount: number, atMost: number): readonly string[] {
  return amount > atMost ? [`the input: ${what} must be at most ${atMost}, not ${amount}`] : []
}

/** Names that must differ, because results are keyed by them. */
export function repeatedNames(items: readonly { readonly name: string }[], path: string): readonly string[] {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { name } of items) (seen.has(name) ? repeated : seen).add(name)
  return [...repeated].map((name) => `${path}: the name ${show(name)} is used more than once`)
}

function shape<T>(expected: string, read: Shape<T>['read']): Shape<T> {
  return { expected, optional: false, read }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describeNumber(range: NumberRange): string {
  const parts = [
    range.atLeast === undefined ? '' : `at least ${range.atLeast}`,
    range.above === undefined ? '' : `above ${range.above}`,
    range.atMost === undefined ? '' : `at most ${range.atMost}`,
    range.below === undefined ? '' : `below ${range.below}`,
  ].filter((part) => part !== '')
  return [range.integer ? 'a whole number' : 'a number', parts.join(' and ')].join(' ').trim()
}

/** What is inside a list or an object is counted, not written out: it may be nested deeper than the stack. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isObject(value)) return `an object with ${Object.keys(value).length} fields`
  const json = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return json.length > 60 ? `${json.slice(0, 57)}...` : json
}
