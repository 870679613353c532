// What went wrong, for the log: names, codes and places, all the way down. Never the text of a database's error, which quotes
// the values of its statement, and never the statement.

export interface LoggedCause {
  readonly name: string
  readonly code?: string
  readonly errno?: number
  readonly sqlState?: string
  readonly message?: string
  readonly cause?: LoggedCause
}

const MAX_DEPTH = 5

/** The fields to log with a failure. */
export function causeOf(error: unknown): { readonly error: LoggedCause; readonly stack?: string } {
  const stack = stackOf(error)
  return { error: logged(error, 0), ...(stack === undefined ? {} : { stack }) }
}

function logged(error: unknown, depth: number): LoggedCause {
  if (!(error instanceof Error)) return { name: typeof error }
  const { code, errno, sqlState } = error as { code?: unknown; errno?: unknown; sqlState?: unknown }
  const isOfSql = typeof sqlState === 'string' || 'sql' in error
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof errno === 'number' ? { errno } : {}),
    ...(typeof sqlState === 'string' ? { sqlState } : {}),
    ...(isOfSql ? {} : { message: error.message }),
    ...(error.cause !== undefined && depth < MAX_DEPTH ? { cause: logged(error.cause, depth + 1) } : {}),
  }
}

/** Where it happened, without the message that a stack begins with. */
function stackOf(error: unknown): string | undefined {
  const deepest = deepestOf(error)
  if (!(deepest instanceof Error) || !deepest.stack) return undefined
  const frames = deepest.stack.split('\n').filter((line) => line.startsWith('    at '))
  return frames.slice(0, 8).join('\n')
}

function deepestOf(error: unknown): unknown {
  let deepest = error
  for (let depth = 0; depth < MAX_DEPTH && deepest instanceof Error && deepest.cause instanceof Error; depth++) {
    deepest = deepest.cause
  }
  return deepest
}
