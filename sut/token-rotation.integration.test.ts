// A key of users' tokens is replaced while requests run: none is refused, and the retired key is.

import { createHmac, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { request } from 'undici'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ROUTES, TOKEN } from '../contracts/gateway-api.ts'
import { keyId } from './interface/token-keys.ts'
import { startTestSystem, type TestSystem } from './test-system.setup.ts'

let system: TestSystem
beforeAll(async () => {
  system = await startTestSystem(inject('engines'), 'one-process')
})
afterAll(() => system?.stop())

async function listSignedWith(secret: string, path: string = ROUTES.list.path, aud: string = TOKEN.appAudience) {
  const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: TOKEN.issuer, aud, sub: '7', exp: Math.floor(Date.now() / 1000) + 60, roles: ['support'] }
  const unsigned = `${base64url({ alg: 'HS256', kid: keyId(secret) })}.${base64url(claims)}`
  const token = `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
  const { statusCode, body } = await request(`${system.sut.endpoint.baseUrl}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await body.dump()
  return statusCode
}

it('is replaced without a refused request', async () => {
  const old = system.sut.endpoint.jwtSecret
  const next = randomBytes(32).toString('hex')
  const file = join(system.stateDir, 'app_jwt_secrets')
  let signing = old
  const statuses: number[] = []
  let isOver = false
  const users = (async () => {
    while (!isOver) {
      statuses.push(await listSignedWith(signing))
      await pause(20)
    }
  })()
  const within = { timeout: 30_000, interval: 100 }
  try {
    expect(await listSignedWith(next)).toBe(401)
    writeFileSync(file, `${old}\n${next}\n`)
    await expect.poll(() => listSignedWith(next), within).toBe(200)
    signing = next
    await pause(200)
    writeFileSync(file, next)
    await expect.poll(() => listSignedWith(old), within).toBe(401)
  } finally {
    isOver = true
    await users
  }
  expect(statuses.length).toBeGreaterThan(20)
  expect(new Set(statuses)).toEqual(new Set([200]))
})

it('opens nothing to administrators for whoever can sign for users', async () => {
  const { jwtSecret, adminJwtSecret } = system.sut.endpoint
  const search = `${ROUTES.search.path}?fromMs=1&toMs=2`
  expect(await listSignedWith(jwtSecret, search, TOKEN.adminAudience)).toBe(401)
  expect(await listSignedWith(adminJwtSecret, search, TOKEN.adminAudience)).toBe(200)
})
