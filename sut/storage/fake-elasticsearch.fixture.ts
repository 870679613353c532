// A server that speaks as Elasticsearch does, for tests of what it answers, and of what it does not.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Asked {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

export const SILENT = 'silent'
/** Nothing after the headers. */
export const BEGUN = 'begun'

export class FakeElasticsearch {
  readonly url: string
  readonly asked: Asked[] = []
  answer: Answer | typeof SILENT | typeof BEGUN = SILENT
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', this.url)
      this.asked.push({ path: decodeURIComponent(pathname), query: searchParams, headers: request.headers })
      request.resume()
      if (this.answer === SILENT) return
      const { status, body } = this.answer === BEGUN ? { status: 200, body: null } : this.answer
      response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
      if (this.answer === BEGUN) response.write('{')
      else response.end(JSON.stringify(body))
    })
  }

  static async start(): Promise<FakeElasticsearch> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FakeElasticsearch(server)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Of a search: no orders. `more`: beside it, or in its place. */
export function foundNothing(more: object = {}): Answer {
  const shards = { total: 3, successful: 3, skipped: 0, failed: 0 }
  return { status: 200, body: { took: 1, timed_out: false, _shards: shards, hits: { hits: [] }, ...more } }
}

/** As Elasticsearch words a refusal. */
export function refused(status: number, type: string, cause = type): Answer {
  const error = { type, reason: 'because', root_cause: [{ type: cause, reason: 'because' }] }
  return { status, body: { status, error } }
}
