// Programs already on this machine.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Account, canEnter } from './account.ts'

// Where systems put servers and Go without putting them into everybody's PATH.
const BESIDE_PATH = ['/usr/local/bin', '/usr/sbin', '/usr/local/sbin', '/usr/local/go/bin', '/opt/homebrew/bin']

/** The first that runs; `account`: and that this other user may run too. */
export function findProgram(
  names: readonly string[],
  path = process.env.PATH ?? '',
  account?: Account,
): string | undefined {
  const folders = [...path.split(delimiter).filter(Boolean), ...BESIDE_PATH]
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((candidate) => isExecutable(candidate) && (!account || canEnter(account, candidate)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
