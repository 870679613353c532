// The gateway's id of a request, so that its log and ours can be joined; a new one where none was given.

import { randomUUID } from 'node:crypto'

const ID = /^[A-Za-z0-9-]{8,64}$/

export function requestIdOf({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && ID.test(given) ? given : randomUUID()
}

/** Of a request that could not be read: looked for in its bytes. */
export function requestIdIn(request: string): string | undefined {
  return /^x-request-id:[ \t]*([A-Za-z0-9-]{8,64})[ \t]*\r?$/im.exec(request)?.[1]
}
