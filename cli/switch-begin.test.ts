import { expect, it } from 'vitest'
import { begin } from './switch-begin.ts'
import type { OpenMigration } from './with-ledgers.ts'

it('is not tried: --dry-run is refused before either database is touched', async () => {
  const untouchable = new Proxy({} as OpenMigration, {
    get: (_, name) => {
      throw new Error(`${String(name)} was touched`)
    },
  })
  const { signal } = new AbortController()
  const context = { signal, json: false, say: () => {}, onCleanup: () => {} }
  const refused = { what: 'there is no --dry-run of begin' }
  await expect(begin(untouchable, { dryRun: true }, context)).rejects.toMatchObject(refused)
})
