// Commands that know the sharded tables alone, as they are typed, while orders move between two real databases.

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { testDatabase } from '../sut/test-system.setup.ts'
import { type EndedCommand, endedCommand } from './ended-command.fixture.ts'

let legacy: Awaited<ReturnType<typeof testDatabase>>
let sharded: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  const engines = inject('engines')
  legacy = await testDatabase(engines.legacyMysql.url)
  sharded = await testDatabase(engines.mysql.url)
})
afterAll(async () => {
  await legacy?.drop()
  await sharded?.drop()
})

function run(command: string, ...words: readonly string[]): Promise<EndedCommand> {
  const env = {
    HEADROOM_MYSQL_URL: sharded.url,
    HEADROOM_LEGACY_MYSQL_URL: legacy.url,
    HEADROOM_ELASTICSEARCH_URL: inject('engines').elasticsearch.url,
  }
  return endedCommand(`cli/${command}.ts`, [...words, '--json'], { env })
}

const done = async (command: string, ...words: readonly string[]) => {
  const { code, json } = await run(command, ...words)
  expect([command, code], JSON.stringify(json)).toEqual([command, EXIT_CODES.pass])
  return json
}
const forward = () => done('switch', 'forward', '--why', 'on')
const refusedIn = async (phase: string, ...commands: readonly string[]) => {
  for (const command of commands) {
    const { code, json } = await run(command)
    expect([command, code]).toEqual([command, EXIT_CODES.usage])
    expect(json.refusal.why[0]).toContain(`it stands in ${phase}: `)
  }
}

it('are refused in the phases that would make their answers wrong, and in no others', async () => {
  await done('tables', '--legacy')
  await done('tables')
  await done('switch', 'begin', '--why', 'a monolith')
  await refusedIn('legacy', 'seed', 'verify', 'reindex', 'tables')
  expect(await done('tables', '--legacy')).toMatchObject({ applied: 0 })

  await forward()
  await refusedIn('phase1', 'seed', 'verify', 'reindex', 'tables')

  await done('switch', 'set', '--monolith', 'business-layer', '--why', 'on')
  await done('compare-stores', '--full')
  await forward()
  await refusedIn('phase2', 'seed', 'verify', 'tables')
  expect(await done('reindex')).toMatchObject({ indexed: 0, refused: [] })

  await sharded.rows(`UPDATE ${SWITCHES_TABLE} SET order_phase = 'done', payment_phase = 'done', is_final = 1`)
  await done('tables')
  const { json } = await run('verify')
  expect(json.refusal.what).toBe('there is no seeded data set to verify')
})
