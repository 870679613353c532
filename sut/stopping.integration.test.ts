// A process that is told to stop while its database says nothing: it ends by itself, in the time that it has.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { KillableServices } from './killable-services.setup.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

const BODY = { channel: 'app', region: 1, paymentMethod: 'card', items: [{ productId: 1, quantity: 1 }] }

let system: TestSystem
let services: KillableServices

beforeAll(async () => {
  system = await startTestSystem(inject('engines'), 'one-process')
  services = new KillableServices(system)
})
afterAll(async () => {
  await services?.stop()
  await system?.stop()
})

it('answers what is in flight and ends with 0 while MySQL stalls', async () => {
  const checkout = () =>
    system.call({ method: 'POST', path: '/v1/app/orders', user: 42, key: randomUUID(), body: BODY })
  services.kill('all')
  const service = await services.restart('all')
  await expect.poll(async () => (await checkout()).status, { timeout: 60_000 }).toBe(201)
  system.proxies.mysql.mode = 'stalled'
  const answer = checkout()
  const inFlight = async () => /^headroom_requests_in_flight 1$/m.test(await services.metricsOf('all'))
  await expect.poll(inFlight, { timeout: 4_000 }).toBe(true)
  await service.stop()
  expect(service.ended()).toBe('ended with exit code 0')
  expect(['deadline-exceeded', 'outcome-unknown', 'unavailable']).toContain((await answer).body.code)
})
