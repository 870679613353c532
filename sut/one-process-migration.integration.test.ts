// The one process as the business layer of a monolith that moves: asked for everything by its own old neighbour.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LEGACY_CODES, LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { expectAllInBoth, OrderMix } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { switchStatus } from './switches/switch-status.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'

let migrated: MigratedSystem

beforeAll(async () => {
  migrated = await startMigratedSystem('one-process')
})
afterAll(() => migrated?.stop())

it('answers the monolith once it has been switched, and both go to the sharded tables and back', async () => {
  const { orderNo } = (await migrated.submit(100)).data!
  await migrated.begin()
  const mix = new OrderMix(migrated)
  await mix.during([1_000, 1_001], async () => {
    expect(await migrated.move('phase1')).toMatchObject({ kind: 'moved' })
    await changeSetting({ monolith: 'business-layer' }, ANYBODY, migrated.tools)
    await sleep(1_000)
    await migrated.importAll()
    await migrated.compared()
    for (const phase of ['phase2', 'done', 'phase2', 'phase1'] as const) {
      expect(await migrated.move(phase)).toMatchObject({ kind: 'moved' })
      const detail = await migrated.old(LEGACY_ROUTES.detail, { orderNo }, 100)
      expect(detail).toMatchObject({ code: LEGACY_CODES.ok, data: { orderNo, nickname: 'user100' } })
      await sleep(500)
    }
  })
  expect(mix.failures).toEqual([])
  expect(mix.acknowledged.length).toBeGreaterThan(20)
  await expectAllInBoth(migrated, mix)
  expect((await switchStatus(migrated.tools.ledgers)).processRoles).toEqual(['all', 'monolith'])
})

it('answers nobody there who is no service of this system', async () => {
  const all = migrated.system.sut.endpoint
  const answer = await fetch(`${all.baseUrl}/internal/flows/numbered`, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(404)
})
