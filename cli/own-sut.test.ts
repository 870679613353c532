import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SUT_ENDPOINT_FILE } from '../contracts/sut-endpoint.ts'
import { ownSut } from './own-sut.ts'

let stateDir: string
let gateway: Server
let healthStatus: number
const children: ReturnType<typeof spawn>[] = []

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'own-sut-'))
  healthStatus = 200
  gateway = createServer((_request, response) => response.writeHead(healthStatus).end('{"status":"unavailable"}'))
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  gateway.close()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(stateDir, { recursive: true })
})

/** A process that lives and is called like one of ours. */
function aProcess(words: readonly string[]): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...words])
  children.push(child)
  return child.pid ?? 0
}

function leaveAddress(pid: number): void {
  const address = gateway.address()
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const endpoint = {
    baseUrl,
    topology: 'one-process',
    jwtSecret: '',
    adminJwtSecret: '',
    processes: [{ component: 'sut', pid }],
  }
  writeFileSync(join(stateDir, SUT_ENDPOINT_FILE), JSON.stringify(endpoint))
}

describe('the order system of a checkout', () => {
  it('is none without an address', async () => {
    expect((await ownSut(stateDir)).kind).toBe('none')
  })

  it('is ready when it says so', async () => {
    leaveAddress(aProcess(['sut/main.ts']))
    expect((await ownSut(stateDir)).kind).toBe('ready')
  })

  it('runs and is not ready while its processes live: no second one may start', async () => {
    leaveAddress(aProcess(['sut/main.ts']))
    healthStatus = 503
    expect(await ownSut(stateDir)).toMatchObject({ kind: 'not-ready', why: expect.stringContaining('503') })
    gateway.close()
    await expect.poll(async () => (await ownSut(stateDir)).kind).toBe('not-ready')
  })

  it('is none when its address was left by what was killed, also when its number is another program’s now', async () => {
    gateway.close()
    leaveAddress(aProcess(['something/else.ts']))
    await expect.poll(async () => (await ownSut(stateDir)).kind).toBe('none')
  })
})
