// A TCP proxy for tests that breaks the way to an engine: what it does may change while connections are open.

import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * down: connections are refused and reset; stalled: bytes go nowhere, connections stay open;
 * deaf: what the client sends arrives, the answers do not.
 */
export type ProxyMode = 'normal' | 'down' | 'stalled' | 'deaf'

export class FaultProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  /** A connection on which the client sends this text stalls there. */
  stallsAt: string | undefined
  #mode: ProxyMode = 'normal'

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => {
      if (this.#mode === 'down') return client.destroy()
      const upstream = connect(target)
      const pair = [client, upstream] as const
      this.#pairs.add(pair)
      let isStalled = false
      client.on('data', (chunk) => {
        isStalled ||= this.#mode === 'stalled' || (this.stallsAt !== undefined && chunk.includes(this.stallsAt))
        if (!isStalled) upstream.write(chunk)
      })
      upstream.on('data', (chunk) => this.#mode === 'normal' && client.write(chunk))
      const close = () => {
        client.destroy()
        upstream.destroy()
        this.#pairs.delete(pair)
      }
      for (const socket of pair) socket.setNoDelay(true).on('close', close).on('error', close)
      return undefined
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (typeof address !== 'object' || !address) throw new Error('the proxy does not listen')
    return address.port
  }

  /** Back to normal, connections that lost bytes are useless and closed. */
  set mode(mode: ProxyMode) {
    const lostBytes = this.#mode !== 'normal'
    this.#mode = mode
    if (mode === 'down' || lostBytes) for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  async close(): Promise<void> {
    this.mode = 'down'
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The same address, by way of a proxy. */
export async function throughProxy(address: string): Promise<{ readonly url: string; readonly proxy: FaultProxy }> {
  const url = new URL(address)
  const proxy = new FaultProxy({ host: url.hostname, port: Number(url.port) })
  const port = await proxy.listen()
  url.host = `127.0.0.1:${port}`
  return { url: url.href, proxy }
}
