// docs/access.md shows the table that the code has.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { REDIS_SERVERS } from '../contracts/redis-settings.ts'
import {
  migrationTablesOf,
  redisAccessOf,
  SEARCH_INDICES,
  SERVICE_ACCOUNTS,
  searchAccessOf,
  tablesOf,
} from '../contracts/service-access.ts'
import { accountName } from '../contracts/service-accounts.ts'
import { STORE_NAMES } from '../contracts/switches.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/access.md'), 'utf8')

it.each(SERVICE_ACCOUNTS)('shows what %s may do', (account) => {
  const tables = [...tablesOf(account)].map(([table, statements]) => `\`${table}\` ${statements.join(', ')}`).join('; ')
  const search = searchAccessOf(account)
  const indices = SEARCH_INDICES.map((index) => `\`${index}\``).join(', ')
  const searchText = search ? `${search.cluster.join(', ')}; ${indices} ${search.index.join(', ')}` : 'none'
  const redisTexts = REDIS_SERVERS.map((server) => {
    const access = redisAccessOf(server, account)
    const patterns = access?.keys.map((pattern) => `\`${pattern}\``).join(', ')
    return access ? `${patterns} ${access.commands.join(', ')}` : 'none'
  })
  const cells = [`\`${accountName(account)}\``, tables || 'none', searchText, ...redisTexts]
  expect(page).toContain(`| ${cells.join(' | ')} |`)
})

it.each(SERVICE_ACCOUNTS)('shows what %s may do besides, where there is a monolith', (account) => {
  const [legacy, sharded] = STORE_NAMES.map((store) =>
    [...migrationTablesOf(account, store)]
      .map(([table, statements]) => `\`${table}\` ${statements.join(', ')}`)
      .join('; '),
  )
  expect(page).toContain(`| \`${accountName(account)}\` | ${legacy || 'none'} | ${sharded || 'none'} |`)
})
