// The real nginx, loaded anew again and again under old apps that send forms on connections which they keep: the one of the
// engines, and where there are containers the one that compose runs. HEADROOM_MIGRATION_PROOF=1: a hundred times, not ten.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { EngineProgram } from '../../contracts/engines.ts'
import { LEGACY_ROUTES } from '../../contracts/legacy-api.ts'
import { nginx, reloadsWithoutLoss } from '../../engines/nginx.ts'
import { ImageCache } from '../../engines/out-of-image.setup.ts'
import { startedGateway } from './started-gateway.setup.ts'

const RELOADS = process.env.HEADROOM_MIGRATION_PROOF === '1' ? 100 : 10
const USERS = 8
/** Longer than nginx lets pass between the first new worker and the end of the old ones, so that each is met. */
const PACE_MS = 200
const closing: (() => unknown)[] = []

/** Of each form, by its number: how often it came. */
const came = new Map<string, number>()
let address: string

beforeAll(async () => {
  const monolith = createServer({ keepAliveTimeout: 75_000 }, (incoming, response) => {
    const form = String(incoming.headers['x-form'])
    came.set(form, (came.get(form) ?? 0) + 1)
    incoming.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  })
  monolith.listen(0, '127.0.0.1')
  await once(monolith, 'listening')
  closing.push(() => {
    monolith.closeAllConnections()
    monolith.close()
  })
  address = `127.0.0.1:${(monolith.address() as AddressInfo).port}`
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

/** Users with one connection each. */
class OldApps {
  readonly sent: string[] = []
  readonly failures: { readonly form: string; readonly why: string }[] = []
  /** Connections that ended though no answer had said so. */
  lost = 0
  readonly #url: string
  #isOver = false

  constructor(url: string) {
    this.#url = url
  }

  async during(work: () => Promise<void>): Promise<void> {
    const running = Array.from({ length: USERS }, (_, user) => this.#send(user))
    try {
      await work()
    } finally {
      this.#isOver = true
      await Promise.all(running)
    }
  }

  async #send(user: number): Promise<void> {
    const connection = new Agent({ connections: 1, pipelining: 1, keepAliveTimeout: 60_000 })
    connection.on('disconnect', (_origin, _targets, error) => {
      // What undici says of a connection that it closes itself, as an answer told it to.
      if (!this.#isOver && error.code !== 'UND_ERR_INFO') this.lost++
    })
    for (let nth = 0; !this.#isOver; nth++) {
      const form = `${user}-${nth}`
      this.sent.push(form)
      const failed = (why: string) => this.failures.push({ form, why })
      try {
        const options = { method: 'POST', headers: { 'x-form': form }, body: 'a=1', dispatcher: connection } as const
        const { statusCode, body } = await request(this.#url, options)
        await body.dump()
        if (statusCode !== 200) failed(`status ${statusCode}`)
      } catch (error) {
        failed((error as { readonly code?: string }).code ?? String(error))
      }
      await sleep(nth % 20)
    }
    await connection.close()
  }
}

async function reloaded(program: EngineProgram): Promise<OldApps> {
  came.clear()
  const oldInterfaces = { monolith: address, adapter: address }
  const running = await startedGateway({ frontEnd: address, oldInterfaces, program })
  try {
    const apps = new OldApps(running.baseUrl + LEGACY_ROUTES.submit)
    await apps.during(async () => {
      for (let nth = 0; nth < RELOADS; nth++) {
        process.kill(running.pid, 'SIGHUP')
        await sleep(PACE_MS)
      }
    })
    const { sent, failures, lost } = apps
    process.stdout.write(
      `nginx ${program.version}, ${RELOADS} reloads: ${sent.length} requests, ${failures.length} of them failed, ` +
        `${lost} connections ended unsaid\n`,
    )
    return apps
  } finally {
    await running.stop()
  }
}

/** Each came once, but for those that failed: they came never. */
function expectNoneTwice({ sent, failures }: OldApps): void {
  const failed = new Set(failures.map(({ form }) => form))
  expect(sent.length).toBeGreaterThan(RELOADS * USERS)
  expect(sent.filter((form) => (came.get(form) ?? 0) !== (failed.has(form) ? 0 : 1))).toEqual([])
}

it('loses no form to a reload where nginx can say first that it closes; before that a lost one came to nobody', async () => {
  const { nginx: program } = inject('engines')
  const apps = await reloaded(program)
  expectNoneTwice(apps)
  if (reloadsWithoutLoss(program)) expect([apps.failures, apps.lost]).toEqual([[], 0])
})

describe.runIf(process.env.HEADROOM_TEST_ENGINES === 'containers')('the nginx of the containers', () => {
  let images: ImageCache
  beforeAll(() => {
    images = new ImageCache()
  })
  afterAll(() => images.remove())

  it('loses no form to a reload, and ends no connection without saying so', async () => {
    const program = await images.copied(nginx)
    expect(reloadsWithoutLoss(program)).toBe(true)
    const apps = await reloaded(program)
    expectNoneTwice(apps)
    expect([apps.failures, apps.lost]).toEqual([[], 0])
  })
})
