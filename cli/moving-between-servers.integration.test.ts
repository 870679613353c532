// The monolith's database on a MySQL server of its own, with passwords of its own: the whole way into phase 2 and back by the
// commands as they are typed, with users at work through the gateway.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { type MigratedSystem, startMigratedSystem } from '../sut/migrated-system.setup.ts'
import { expectAllInBoth, OrderMix } from '../sut/order-mix.setup.ts'
import { type SecondMysql, startSecondMysql } from '../sut/second-mysql.setup.ts'
import { endedCommand } from './ended-command.fixture.ts'

let second: SecondMysql
let migrated: MigratedSystem

beforeAll(async () => {
  second = await startSecondMysql()
  const engines = { ...inject('engines'), legacyMysql: second.legacy }
  migrated = await startMigratedSystem('one-process', undefined, engines)
})
afterAll(async () => {
  await migrated?.stop()
  await second?.stop()
})

async function done(command: string, ...words: readonly string[]) {
  const env = { HEADROOM_MYSQL_URL: migrated.system.mysqlUrl, HEADROOM_LEGACY_MYSQL_URL: migrated.legacy.url }
  const { code, json } = await endedCommand(`cli/${command}.ts`, [...words, '--json'], { env })
  expect([command, code], JSON.stringify(json)).toEqual([command, EXIT_CODES.pass])
  return json
}

it('goes from one server to the other and back: every request is answered, and both hold the same', async () => {
  // Programs share the host's name and not its ports, containers the other way round.
  const serverOf = async ({ rows }: Pick<MigratedSystem['legacy'], 'rows'>) =>
    (await rows<{ server: string }>("SELECT CONCAT(@@hostname, ':', @@port) AS server"))[0]?.server
  expect(await serverOf(migrated.legacy)).not.toBe(await serverOf(migrated.system))
  await migrated.submit(100)
  await done('switch', 'begin', '--why', 'a monolith')
  await sleep(1_000) // until every process has heard of it
  const mix = new OrderMix(migrated)
  await mix.during([1_000, 1_001, 1_002, 1_003], async () => {
    await done('switch', 'forward', '--why', 'both stores')
    await done('switch', 'set', '--monolith', 'business-layer', '--why', 'the services write')
    expect(await done('migrate')).toMatchObject({ parked: 0, verified: true })
    expect(await done('compare-stores', '--full')).toMatchObject({ differing: 0, missing: 0, extra: 0, complete: true })
    expect(await done('switch', 'forward', '--why', 'compared')).toMatchObject({ from: 'phase1', to: 'phase2' })
    const placed = mix.acknowledged.length
    await expect.poll(() => mix.acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(placed + 10)
    expect(await done('switch', 'back', '--why', 'to see')).toMatchObject({ from: 'phase2', to: 'phase1' })
  })
  expect(mix.failures).toEqual([])
  await expectAllInBoth(migrated, mix)
  expect(await done('compare-stores', '--full')).toMatchObject({
    compared: 1 + mix.acknowledged.length,
    differences: [],
    differing: 0,
    missing: 0,
    extra: 0,
    lag: 0,
    parked: 0,
    complete: true,
  })
})
