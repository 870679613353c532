// Old apps on kept-alive connections, and a note of who answered whom and what came of it.

import { randomUUID } from 'node:crypto'
import { Agent, request } from 'undici'
import { LEGACY_ROUTES, type LegacyAnswer, SERVED_BY_HEADER } from '../contracts/legacy-api.ts'
import type { SutEndpoint } from '../contracts/sut-endpoint.ts'
import type { GatewayPosition } from '../contracts/switches.ts'
import { token } from './test-system.setup.ts'

export interface OldAnswer {
  readonly userId: number
  readonly sentAtMs: number
  readonly status: number
  /** undefined: it did not come through the interface layer. */
  readonly servedBy: GatewayPosition | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly answer: LegacyAnswer<any>
}

const PAGE = { channel: 0, region: 1, payMethod: 1, productId: [5, 9], quantity: [2, 1] }

export class OldApps {
  readonly answers: OldAnswer[] = []
  /** Requests that got no answer at all. */
  readonly failures: unknown[] = []
  readonly #endpoint: SutEndpoint
  readonly #connections = new Agent({ connections: 4, pipelining: 1, keepAliveTimeout: 60_000 })

  constructor(endpoint: SutEndpoint) {
    this.#endpoint = endpoint
  }

  submit(userId: number, page: string = randomUUID()): Promise<OldAnswer> {
    return this.send(LEGACY_ROUTES.submit, userId, { submitToken: page, ...PAGE })
  }

  list(userId: number): Promise<OldAnswer> {
    return this.send(LEGACY_ROUTES.list, userId, { page: 1, size: 10 })
  }

  async send(path: string, userId: number, form: Readonly<Record<string, unknown>>): Promise<OldAnswer> {
    const fields = Object.entries({ token: token(this.#endpoint.jwtSecret, userId, 'app'), ...form }).flatMap(
      ([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)]),
    )
    const sentAtMs = performance.now()
    const { statusCode, headers, body } = await request(this.#endpoint.baseUrl + path, {
      method: 'POST',
      dispatcher: this.#connections,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
    const answer = (await body.json()) as OldAnswer['answer']
    const servedBy = headers[SERVED_BY_HEADER] as GatewayPosition | undefined
    return { userId, sentAtMs, status: statusCode, servedBy, answer }
  }

  /** All of `users`, over and over, for as long as `work` takes. */
  async during(users: readonly number[], work: () => Promise<unknown>): Promise<void> {
    let isOver = false
    let nth = 0
    const use = async () => {
      while (!isOver) {
        const userId = users[nth++ % users.length] as number
        const asked = nth % 2 === 0 ? this.submit(userId) : this.list(userId)
        await asked.then(
          (answer) => this.answers.push(answer),
          (error) => this.failures.push(error),
        )
      }
    }
    const running = Array.from({ length: 4 }, use)
    try {
      await work()
    } finally {
      isOver = true
      await Promise.all(running)
    }
  }

  close(): Promise<void> {
    return this.#connections.close()
  }
}
