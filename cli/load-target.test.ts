import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { AllowedTarget } from './allowed-target.ts'
import { runningHere, targetAt } from './load-target.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Answers every question with `body`. */
async function answering(body: string): Promise<AllowedTarget> {
  const server = createServer((_, response) => response.end(body))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return allowed(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const allowed = (baseUrl: string): AllowedTarget => ({
  baseUrl,
  host: new URL(baseUrl).host,
  isThisMachine: true,
  isChallenged: false,
})
const ours = () => answering(JSON.stringify({ system: 'headroom-sut', version: '1', topology: 't', dataset: null }))
const state = () => mkdtempSync(join(tmpdir(), 'headroom-state-'))
const dead = allowed('http://127.0.0.1:9')

describe('targetAt', () => {
  it('knows the order system of this checkout, its secret and its processes', async () => {
    const folder = state()
    const here = 'http://127.0.0.1:8080'
    const own = {
      baseUrl: here,
      topology: 'one-process',
      jwtSecret: 'own',
      adminJwtSecret: 'boss',
      processes: [{ component: 'sut', pid: 7 }],
    }
    writeFileSync(join(folder, 'sut.json'), JSON.stringify(own))
    expect(await targetAt(allowed(here), false, folder, { HEADROOM_JWT_SECRET: 'other' })).toEqual(own)
    const other = await ours()
    expect(await targetAt(other, false, folder, { HEADROOM_JWT_SECRET: 'other' })).toEqual({
      baseUrl: other.baseUrl,
      kind: 'headroom',
      jwtSecret: 'other',
      processes: [],
    })
  })

  it('reads the secret of docker compose for this machine', async () => {
    const folder = state()
    mkdirSync(join(folder, 'compose'))
    writeFileSync(join(folder, 'compose', 'jwt_secret'), 'composed\n')
    writeFileSync(join(folder, 'compose', 'admin_jwt_secret'), 'composed-admin\nan-old-one\n')
    const secrets = { jwtSecret: 'composed', adminJwtSecret: 'composed-admin' }
    expect(await targetAt(await ours(), false, folder, {})).toMatchObject(secrets)
  })

  it('reads a secret from a file, and refuses without any', async () => {
    const folder = state()
    writeFileSync(join(folder, 'secret'), 'from-file\n')
    const target = await ours()
    const given = { HEADROOM_JWT_SECRET_FILE: join(folder, 'secret') }
    expect((await targetAt(target, false, folder, given)).jwtSecret).toBe('from-file')
    await expect(targetAt(target, false, folder, {})).rejects.toThrow(/no secret to sign/)
  })

  it('says that the file of the secret cannot be read, or is empty', async () => {
    const folder = state()
    const given = (file: string) => targetAt(dead, false, folder, { HEADROOM_JWT_SECRET_FILE: file })
    await expect(given(join(folder, 'nowhere'))).rejects.toThrow(
      /HEADROOM_JWT_SECRET_FILE names no secret: ENOENT.*nowhere/,
    )
    writeFileSync(join(folder, 'empty'), '\n')
    await expect(given(join(folder, 'empty'))).rejects.toThrow(/empty is empty/)
  })

  it("gives another system to a script of one's own, without a secret, and to no flow of ours", async () => {
    const target = await answering('<html>')
    expect(await targetAt(target, true, state(), {})).toMatchObject({ kind: 'http', jwtSecret: '' })
    await expect(targetAt(target, false, state(), {})).rejects.toThrow(/another system than ours/)
  })

  it('takes a dead target: that it is dead is for the load to find', async () => {
    expect(await targetAt(dead, false, state(), {})).toMatchObject({ kind: 'headroom', jwtSecret: '' })
    expect(await targetAt(dead, true, state(), {})).toMatchObject({ kind: 'http' })
  })
})

describe('the address that the order system of this checkout left', () => {
  it.each(['', '{"baseUrl": "http://127.0.0'])('is none where it was cut short: %j', async (text) => {
    const folder = state()
    writeFileSync(join(folder, 'sut.json'), text)
    expect(runningHere(folder)).toBeUndefined()
    expect(await targetAt(dead, false, folder, {})).toMatchObject({ kind: 'headroom', jwtSecret: '' })
  })

  it('is none where a folder stands in its place', () => {
    const folder = state()
    mkdirSync(join(folder, 'sut.json'))
    expect(runningHere(folder)).toBeUndefined()
  })
})
