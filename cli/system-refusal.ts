// Errors that are no fault of ours: a checkout that may only be read, a path that cannot be, a full disk, a database that
// went away.

import { accessSync, constants } from 'node:fs'
import { resolve, sep } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { CHECKOUT } from '../engines/place.ts'

const NOT_ALLOWED: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'it belongs to another user',
  EROFS: 'it lies on a file system that may only be read',
}
/** Of a path that nobody may use, whoever asks. */
const NO_PLACE: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'a name in it is longer than the file system takes',
  ENOTDIR: 'a part of it is a file, where a folder is meant',
  EISDIR: 'it is a folder, where a file is meant',
  ELOOP: 'its links lead in a circle',
}
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])
/** Of a connection to MySQL; its driver marks those that it cannot go on after as fatal. */
const CONNECTION_LOST = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

/** undefined: not an error of that kind. */
export function systemRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', path: from, dest, syscall } = error as NodeJS.ErrnoException & { readonly dest?: string }
  // A file is renamed to its name once it is whole.
  const path = dest ?? from
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
  const whyNoPlace = NO_PLACE[code]
  if (whyNoPlace !== undefined && path !== undefined) {
    return new Refusal({
      what: `${path} cannot be used`,
      why: [`${whyNoPlace} (${error.message})`],
      wayOut: 'Name another place, or move away what lies there.',
    })
  }
  // A read-only file system under a folder that is to be made with its parents comes as this.
  const why = code === 'ENOENT' && syscall === 'mkdir' ? 'no folder can be made there' : NOT_ALLOWED[code]
  if (why === undefined || path === undefined) return undefined
  const isOurs = `${resolve(path)}${sep}`.startsWith(`${CHECKOUT}${sep}`)
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
