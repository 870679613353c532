// The way back is proven by going it: orders that were born behind the switch, of which the monolith's database had never
// heard, are read by the old interfaces after it.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LEGACY_CODES, LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { STALE_AFTER_MS } from './switches/switch-times.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'

const ORDERS = 500
const SIDE_BY_SIDE = 20

let migrated: MigratedSystem

beforeAll(async () => {
  migrated = await startMigratedSystem('one-process')
  await migrated.begin()
  expect(await migrated.move('phase1')).toMatchObject({ kind: 'moved' })
  await changeSetting({ monolith: 'business-layer' }, ANYBODY, migrated.tools)
  await sleep(1_000)
  await migrated.compared()
  expect(await migrated.move('phase2')).toMatchObject({ kind: 'moved' })
})
afterAll(() => migrated?.stop())

interface Born {
  readonly userId: number
  readonly orderNo: number
}

async function checkout(userId: number): Promise<Born> {
  const request = { method: 'POST', path: '/v1/app/orders', user: userId, key: randomUUID(), body: CHECKOUT } as const
  const { status, body } = await migrated.system.call(request)
  expect(status).toBe(201)
  return { userId, orderNo: legacyNumberOf(body.orderId) ?? 0 }
}

async function inTurns<T, R>(entries: readonly T[], work: (entry: T) => Promise<R>): Promise<readonly R[]> {
  const done: R[] = []
  for (let at = 0; at < entries.length; at += SIDE_BY_SIDE) {
    done.push(...(await Promise.all(entries.slice(at, at + SIDE_BY_SIDE).map(work))))
  }
  return done
}

it('500 orders that exist only in the sharded tables: refused while nobody tells, and all there after it', async () => {
  await changeSetting({ mirror: 'off' }, ANYBODY, migrated.tools)
  await sleep(STALE_AFTER_MS + 100) // who has not heard of it by now refuses
  const users = Array.from({ length: ORDERS }, (_, at) => 5_000 + at)
  const born = await inTurns(users, checkout)
  expect(await migrated.numbersIn('legacy')).toEqual([])
  expect(await migrated.move('phase1')).toMatchObject({
    kind: 'refused',
    refused: [{ kind: 'gaps', gaps: ORDERS, mirror: 'off' }],
  })

  const beganAtMs = performance.now()
  await changeSetting({ mirror: 'batched' }, ANYBODY, migrated.tools)
  let pausedMs = 0
  await expect
    .poll(
      async () => {
        const moved = await migrated.move('phase1')
        if (moved.kind === 'moved') pausedMs = moved.pausedMs
        return moved.kind
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBe('moved')
  const backMs = performance.now() - beganAtMs
  await changeSetting({ monolith: 'own-database' }, ANYBODY, migrated.tools)
  await sleep(1_000)
  const details = await inTurns(born, ({ orderNo, userId }) => migrated.old(LEGACY_ROUTES.detail, { orderNo }, userId))
  process.stdout.write(
    `${ORDERS} orders of phase 2 alone: in phase 1 ${(backMs / 1_000).toFixed(1)} s after the mirror was switched on, ` +
      `writers waited ${pausedMs.toFixed(0)} ms; all read by the old interface\n`,
  )
  expect(details).toMatchObject(born.map((data) => ({ code: LEGACY_CODES.ok, data })))
  expect((await migrated.numbersIn('legacy')).length).toBe(ORDERS)
})
