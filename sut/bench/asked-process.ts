// A process under a benchmark: what is sent to it, and what CPU it took for that.

import { Pool } from 'undici'
import { ROUTES } from '../../contracts/gateway-api.ts'
import { CONCURRENCY } from './workload.ts'

export interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export class AskedProcess {
  readonly #pool: Pool

  constructor(port: number) {
    this.#pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONCURRENCY })
  }

  async ask({ method, path, headers = {}, body }: Ask): Promise<string> {
    const answer = await this.#pool.request({ method, path, headers, body: body ?? null })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return text
  }

  /** CONCURRENCY of them at a time. */
  async askEach<T>(requests: readonly T[], send: (request: T) => Promise<unknown>): Promise<void> {
    const waiting = requests.values()
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        for (const request of waiting) await send(request)
      }),
    )
  }

  /** Microseconds of CPU per request, with what is done until `settled`. */
  async cpuOfEach<T>(
    requests: readonly T[],
    send: (request: T) => Promise<unknown>,
    settled: () => Promise<void> = async () => {},
  ): Promise<number> {
    const before = await this.cpuMicros()
    await this.askEach(requests, send)
    await settled()
    return ((await this.cpuMicros()) - before) / requests.length
  }

  /** Since its start. */
  async cpuMicros(): Promise<number> {
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/cpu' })
    const text = await body.text()
    if (statusCode !== 200) return (await this.metric('process_cpu_seconds_total')) * 1e6
    const { user, system } = JSON.parse(text) as NodeJS.CpuUsage
    return user + system
  }

  /** One without labels, as it is now. NaN: there is none of that name. */
  async metric(name: string): Promise<number> {
    const metrics = await this.ask({ method: 'GET', path: ROUTES.metrics.path })
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
