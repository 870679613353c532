// Rules about answers that need no k6.

/** Strictly descending order ids. Ids are decimal strings beyond 2^53: compared by length, then by digits. */
export function isNewestFirst(orderIds: readonly string[]): boolean {
  return orderIds.every((id, at) => at === 0 || isOlder(id, orderIds[at - 1] ?? ''))
}

function isOlder(id: string, other: string): boolean {
  return id.length === other.length ? id < other : id.length < other.length
}

/** A failed request in words that group: without the addresses and ports that make each error unique. */
export function failureOf(status: number, error: string, body: string): string {
  if (status === 0) return `error: ${error.replace(/[0-9.]+:[0-9]+(->[0-9.]+:[0-9]+)?/g, 'target') || 'no answer'}`
  const code = /"code"\s*:\s*"([A-Za-z0-9_-]{1,60})"/.exec(body)
  return code ? `status ${status} ${code[1]}` : `status ${status}`
}
