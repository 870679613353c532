// What an error says, for a reader of evidence: codes hide in causes and aggregates.

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { readonly code?: unknown }
  const own = error.message || String(code ?? error.name)
  return error.cause === undefined ? own : `${own} (${messageOf(error.cause)})`
}
