// Errors that are no fault of ours: a checkout that may only be read, a full disk, a database that went away.

import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { CHECKOUT } from '../engines/place.ts'

const NOT_ALLOWED: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'it belongs to another user',
  EROFS: 'it lies on a file system that may only be read',
}
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])
/** Of a connection to MySQL; its driver marks those that it cannot go on after as fatal. */
const CONNECTION_LOST = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

/** undefined: not an error of that kind. */
export function systemRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', path, syscall } = error as NodeJS.ErrnoException
  if (CONNECTION_LOST.has(code) && 'fatal' in error && error.fatal === true) {
    return new Refusal({
      what: 'MySQL went away while it was being used',
      why: [error.message],
      wayOut: 'See that it runs (npm run doctor), and run the same command again.',
    })
  }
  if (NO_ROOM.has(code)) {
    return new Refusal({
      what: `there is no room left${path ? ` to write ${path}` : ''}`,
      why: [error.message],
      wayOut: 'Free disk space and run the same command again; npm run doctor shows how much is free.',
    })
  }
  // A read-only file system under a folder that is to be made with its parents comes as this.
  const why = code === 'ENOENT' && syscall === 'mkdir' ? 'no folder can be made there' : NOT_ALLOWED[code]
  if (why === undefined || path === undefined) return undefined
  const isOurs = resolve(path).startsWith(CHECKOUT)
  return new Refusal({
    what: `${path} cannot be ${isUnreadable(path) ? 'read' : 'written'}`,
    why: [`${why} (${error.message})`],
    wayOut: isOurs
      ? 'Headroom writes into its checkout: use one that is yours, on a disk that can be written to.'
      : 'Give the user who runs this access to it, or name another place.',
  })
}

function isUnreadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
}
