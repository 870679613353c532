// Old apps while their traffic is moved to the interface layer, user by user, and back: every form is answered, each user by one
// side at a time, and nothing is done twice or told twice.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { isGray } from '../contracts/gray-share.ts'
import { LEGACY_CODES, LEGACY_ROUTES } from '../contracts/legacy-api.ts'
import { LEGACY_STREAM, type LegacyMessage } from '../contracts/legacy-message.ts'
import { legacyNumberOf } from '../contracts/legacy-number.ts'
import { LEGACY_STATUS } from '../contracts/legacy-tables.ts'
import type { OrderId } from '../contracts/order-id.ts'
import type { GatewayPosition } from '../contracts/switches.ts'
import { nginxFolder } from '../engines/nginx.ts'
import { openPlace } from '../engines/place.ts'
import { whileFull } from './full-redis.setup.ts'
import { setPosition } from './gateway-position.ts'
import { type OldAnswer, OldApps } from './gray-traffic.setup.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { CHECKOUT } from './order-mix.setup.ts'
import { movedTo } from './storage/two-stores.setup.ts'
import { changeSetting, type SettingChange } from './switches/change-setting.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'
import { contextFor } from './telemetry/call-context.ts'

const USERS = Array.from({ length: 200 }, (_, at) => 5_000 + at)
const POLL = { timeout: 30_000, interval: 200 }
const OFTEN = { timeout: 30_000, interval: 20 }
const FLIPS = 100
/** HEADROOM_MIGRATION_PROOF=1: a minute. */
const STREAMS_OUTAGE_MS = process.env.HEADROOM_MIGRATION_PROOF === '1' ? 60_000 : 3_000

let migrated: MigratedSystem
let apps: OldApps
let redis: Redis
let streams: Redis

beforeAll(async () => {
  migrated = await startMigratedSystem('process-per-service')
  apps = new OldApps(migrated.system.sut.endpoint)
  redis = new Redis(inject('engines').redis.url)
  streams = new Redis(inject('engines').streams.url)
})
afterAll(async () => {
  await apps?.close()
  await redis?.quit()
  await streams?.quit()
  await migrated?.stop()
})

const set = async (change: SettingChange) =>
  expect(await changeSetting(change, ANYBODY, migrated.tools)).toMatchObject({ kind: 'changed' })
const sideAt = (userId: number, percent: number): GatewayPosition =>
  isGray(userId, percent) ? 'interface-layer' : 'monolith'
const sideOf = async (userId: number) => (await apps.list(userId)).servedBy
/** Until every user is where the share says. */
async function untilMoved(percent: number): Promise<void> {
  const sides = () => Promise.all(USERS.map(sideOf))
  const wanted = USERS.map((userId) => sideAt(userId, percent))
  await expect.poll(sides, POLL).toEqual(wanted)
}

const usersIn = (answers: readonly OldAnswer[]) => new Set(answers.map(({ userId }) => userId)).size
function expectAllAnswered(answers: readonly OldAnswer[]): void {
  expect(apps.failures).toEqual([])
  expect(answers.filter(({ status, answer }) => status !== 200 || answer.code !== LEGACY_CODES.ok)).toEqual([])
}
const submittedBy = (answers: readonly OldAnswer[]) =>
  answers.flatMap(({ answer: { data } }) => (data?.orderNo === undefined ? [] : [data.orderNo as number]))

/** In the store that decides: those that the streams have not. */
async function untold(): Promise<number> {
  const [row] = await migrated.legacy.rows<{ waiting: string }>('SELECT COUNT(*) AS waiting FROM order_messages')
  return Number(row?.waiting)
}

async function messages(): Promise<readonly LegacyMessage[]> {
  const entries = await streams.xrange(LEGACY_STREAM, '-', '+')
  return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('message') + 1] ?? '') as LegacyMessage)
}

const oldPage = randomUUID()
let oldOrder: { readonly orderNo: number }

it('goes past the interface layer before a migration has begun', async () => {
  const { servedBy, answer } = await apps.submit(USERS[0]!, oldPage)
  expect([servedBy, answer.code]).toEqual([undefined, LEGACY_CODES.ok])
  oldOrder = answer.data
  await migrated.begin()
  expect(await sideOf(USERS[0]!)).toBeUndefined()
})

it('is moved 0 → 1 → 50 → 100 → 0 with every form answered, and each user by one side', async () => {
  await set({ gateway: 'interface-layer', grayPercent: 0 })
  await untilMoved(0)
  await apps.during(USERS, async () => {
    for (const grayPercent of [1, 50, 100, 0]) {
      await set({ grayPercent })
      await untilMoved(grayPercent)
      const movedAtMs = performance.now()
      const within = () => apps.answers.filter(({ sentAtMs }) => sentAtMs > movedAtMs)
      await expect.poll(() => usersIn(within()), POLL).toBe(USERS.length)
      const answers = within()
      expect(answers.filter(({ userId, servedBy }) => servedBy !== sideAt(userId, grayPercent))).toEqual([])
      const moved = usersIn(answers.filter(({ servedBy }) => servedBy === 'interface-layer'))
      const share = grayPercent / 100
      const threeSigma = 3 * Math.sqrt(USERS.length * share * (1 - share))
      expect(Math.abs(moved - USERS.length * share)).toBeLessThanOrEqual(threeSigma)
      process.stdout.write(
        `gray ${grayPercent} %: ${answers.length} answers, ${moved} of ${USERS.length} users moved\n`,
      )
    }
  })
  expectAllAnswered(apps.answers)
})

it('changes sides a hundred times under kept-alive forms, and none is lost', async () => {
  await set({ grayPercent: 50 })
  await untilMoved(50)
  const folder = nginxFolder(openPlace(migrated.system.stateDir))
  const before = apps.answers.length
  await apps.during(USERS, async () => {
    for (let flip = 0; flip < FLIPS; flip++) {
      setPosition(folder, flip % 2 === 0 ? 'monolith' : 'interface-layer')
      const from = apps.answers.length + apps.failures.length
      await expect.poll(() => apps.answers.length + apps.failures.length, OFTEN).toBeGreaterThan(from + 3)
    }
  })
  const answers = apps.answers.slice(before)
  expectAllAnswered(answers)
  expect(new Set(answers.map(({ servedBy }) => servedBy))).toEqual(new Set([undefined, 'monolith', 'interface-layer']))
  process.stdout.write(`${FLIPS} changes of side: ${answers.length} answers, ${apps.failures.length} lost\n`)
})

it('has an order for every page that was answered, and no other', async () => {
  const placed = [oldOrder.orderNo, ...submittedBy(apps.answers)]
  expect((await migrated.numbersIn('legacy')).toSorted()).toEqual(placed.toSorted())
})

it('shows and makes the same on both sides: one page is one order, also one from before the migration', async () => {
  const [userId] = USERS as [number]
  const page = randomUUID()
  await set({ grayPercent: 0 })
  await untilMoved(0)
  const first = await apps.submit(userId, page)
  const { orderNo } = first.answer.data
  const look = async () => (await apps.send(LEGACY_ROUTES.detail, userId, { orderNo })).answer
  const before = await look()
  await set({ grayPercent: 100 })
  await untilMoved(100)
  expect((await apps.submit(userId, page)).answer).toEqual(first.answer)
  expect((await apps.submit(userId, oldPage)).answer.data).toEqual(oldOrder)
  expect(await look()).toEqual(before)
  const foreign = await apps.send(LEGACY_ROUTES.detail, userId + 1, { orderNo })
  expect(foreign).toMatchObject({ servedBy: 'interface-layer', answer: { code: LEGACY_CODES.notFound, data: null } })
  expect(await apps.send(LEGACY_ROUTES.pay, userId, { orderNo })).toMatchObject({
    answer: { code: LEGACY_CODES.ok, data: { orderNo, status: LEGACY_STATUS.paid } },
  })
})

it('is told of in the old format once for each order and version, whoever took the order', async () => {
  const { system } = migrated
  const userId = USERS[7]!
  const order = { path: '/v1/app/orders', key: randomUUID(), body: CHECKOUT }
  const { body } = await system.call({ method: 'POST', user: userId, ...order })
  const paid = await system.call({ method: 'POST', path: `/v1/app/orders/${body.orderId}/pay`, user: userId })
  expect(paid.status).toBe(200)
  const submitted = submittedBy(apps.answers)
  const ofNew = legacyNumberOf(body.orderId as OrderId)
  const told = async () => {
    const all = await messages()
    const countOf = (orderNo: number | null, event: string) =>
      all.filter((message) => message.orderNo === orderNo && message.event === event).length
    return {
      created: [...new Set(submitted.map((orderNo) => countOf(orderNo, 'ORDER_CREATED')))],
      ofNew: [countOf(ofNew, 'ORDER_CREATED'), countOf(ofNew, 'ORDER_PAID')],
    }
  }
  await expect.poll(told, POLL).toEqual({ created: [1], ofNew: [1, 1] })
})

it.each(['gone', 'full'] as const)('is told at once while the cache is %s', async (how) => {
  const { system } = migrated
  const isTold = async () => {
    const userId = USERS[13]!
    const order = { path: '/v1/app/orders', key: randomUUID(), body: CHECKOUT }
    const { orderId } = (await system.call({ method: 'POST', user: userId, ...order })).body
    const paid = await system.call({ method: 'POST', path: `/v1/app/orders/${orderId}/pay`, user: userId })
    expect(paid.status).toBe(200)
    const told = async () => (await messages()).filter(({ orderNo }) => orderNo === legacyNumberOf(orderId))
    await expect.poll(told, POLL).toMatchObject([{ event: 'ORDER_CREATED' }, { event: 'ORDER_PAID' }])
  }
  if (how === 'full') return await whileFull(inject('engines').redis.url, isTold)
  system.proxies.redis.mode = 'down'
  await isTold().finally(() => {
    system.proxies.redis.mode = 'normal'
  })
})

it('is told of late, once and in order, after the Redis for streams was away', async () => {
  const { system } = migrated
  const numbers: (number | null)[] = []
  await expect.poll(untold, POLL).toBe(0)
  system.proxies.streams.mode = 'down'
  try {
    for (const untilMs = performance.now() + STREAMS_OUTAGE_MS; performance.now() < untilMs; await sleep(100)) {
      const userId = USERS[numbers.length % USERS.length]!
      const order = { path: '/v1/app/orders', key: randomUUID(), body: CHECKOUT }
      const placed = await system.call({ method: 'POST', user: userId, ...order })
      const { orderId } = placed.body
      const paid = await system.call({ method: 'POST', path: `/v1/app/orders/${orderId}/pay`, user: userId })
      expect([placed.status, paid.status]).toEqual([201, 200])
      numbers.push(legacyNumberOf(orderId))
    }
    expect(await untold()).toBe(2 * numbers.length)
    expect((await messages()).filter(({ orderNo }) => numbers.includes(orderNo))).toEqual([])
  } finally {
    system.proxies.streams.mode = 'normal'
  }
  const told = async () => {
    const all = await messages()
    return numbers.map((orderNo) => all.filter((message) => message.orderNo === orderNo).map(({ event }) => event))
  }
  await expect.poll(told, POLL).toEqual(numbers.map(() => ['ORDER_CREATED', 'ORDER_PAID']))
  process.stdout.write(
    `the Redis for streams away for ${STREAMS_OUTAGE_MS / 1_000} s: ${numbers.length} orders taken, paid and told of\n`,
  )
})

it('is not shown as it was when whoever changed it died before the cache knew', async () => {
  const { system, stores, tools } = migrated
  const userId = USERS[11]!
  const order = { path: '/v1/app/orders', key: randomUUID(), body: CHECKOUT }
  const { orderId } = (await system.call({ method: 'POST', user: userId, ...order })).body as { orderId: OrderId }
  const statusOf = async () =>
    (await system.call({ path: `/v1/app/orders/${orderId}`, user: userId })).body.order.status
  const remembered = async () => {
    const [key] = await redis.keys(`headroom:order:*:${orderId}`)
    return key === undefined ? null : await redis.get(key)
  }
  // A cache that was late once is left alone for a second, and is told nothing then.
  const readAndRemembered = async () => {
    expect(await statusOf()).toBe('placed')
    return await remembered()
  }
  await expect.poll(readAndRemembered, OFTEN).toContain('placed')
  // What a process does that takes a payment and is killed right after its commit.
  const before = (await stores.legacy.find({ orderId, userId }, contextFor('test', 20_000)))!
  const { epoch } = (await tools.ledgers.legacy.read())!.state
  const guard = { epoch, markGap: false, tellsOld: true }
  expect(await stores.legacy.change(before, movedTo(before, 'paid'), guard, contextFor('test', 20_000))).toBe('stored')
  await expect.poll(remembered, OFTEN).toBe('changed')
  expect(await statusOf()).toBe('paid')
})

it('is never sent to the monolith instead when the adapter is killed over it', async () => {
  await set({ gateway: 'interface-layer', grayPercent: 100 })
  await untilMoved(100)
  const { processes } = migrated.system.sut.endpoint
  const pages = Array.from({ length: 30 }, (_, at) => ({ userId: USERS[at]!, page: randomUUID() }))
  const submitting = pages.map(({ userId, page }) => apps.submit(userId, page).catch(() => null))
  process.kill(processes.find(({ component }) => component === 'sut:adapter')!.pid, 'SIGKILL')
  const answers = await Promise.all(submitting)
  for (const answered of answers) {
    // Its own answer, or the gateway's word that it may or may not have been done; nobody else's.
    if (answered?.status === 200) expect(answered.servedBy).toBe('interface-layer')
    else expect(answered?.status).toBe(503)
  }
  expect(await apps.list(USERS[0]!)).toMatchObject({ status: 503 })

  await set({ gateway: 'monolith' })
  await expect.poll(async () => (await apps.list(USERS[0]!)).status, POLL).toBe(200)
  const again = await Promise.all(pages.map(({ userId, page }) => apps.submit(userId, page)))
  const numbers = again.map(({ answer }) => answer.data.orderNo)
  expect(new Set(numbers).size).toBe(pages.length)
  answers.forEach((answered, at) => {
    if (answered?.status === 200) expect(answered.answer.data.orderNo).toBe(numbers[at])
  })
  // Every page has one key, and every order one page: but for the one from before there were keys.
  const [{ unkeyed } = { unkeyed: '-1' }] = await migrated.legacy.rows<{ unkeyed: string }>(
    `SELECT COUNT(*) AS unkeyed FROM t_order LEFT JOIN order_keys ON order_keys.order_id = t_order.order_id
     WHERE t_order.kind = 1 AND order_keys.order_id IS NULL`,
  )
  expect(Number(unkeyed)).toBe(1)
})
