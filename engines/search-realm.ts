// The services' accounts in Elasticsearch, as files of its configuration. Written at each start: the accounts follow the code.

import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { searchPasswordHash, searchRealm } from '../contracts/service-accounts.ts'
import type { Credentials } from './credentials.ts'
import { makeFolder } from './place.ts'

/** Returns their paths. For everyone inside the folder, as a container reads them as a user of its own. */
export function searchRealmFiles(folder: string, { services }: Credentials): readonly string[] {
  makeFolder(folder, 0o700)
  const realm = searchRealm(services.elasticsearch, (password) => searchPasswordHash(password, pbkdf2Sync, randomBytes))
  return Object.entries(realm).map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(`${path}.new`, text, { mode: 0o644 })
    renameSync(`${path}.new`, path)
    return path
  })
}
