// Where the generators of one load wait for each other: k6 asks in its setup(), and all are told at once when to begin.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StartGateOptions {
  /** Processes of k6 on this machine. */
  readonly waitFor: number
  /** Epoch ms, where other machines begin then as well; null: as soon as all are here. */
  readonly startAtMs: number | null
}

export interface StartGate {
  readonly url: string
  /** Whoever still waits is turned away. */
  close(): Promise<void>
}

/** From the answer of the gate to the first request: k6 starts its users meanwhile. */
const LEAD_MS = 500
/** k6 counts the length of its run from when it passed the gate. */
const OPEN_BEFORE_START_MS = 1000

export async function openStartGate({ waitFor, startAtMs }: StartGateOptions): Promise<StartGate> {
  const waiting: ServerResponse[] = []
  let timer: NodeJS.Timeout | undefined
  const answerAll = () => {
    const beginMs = startAtMs ?? Date.now() + LEAD_MS
    const late = beginMs < Date.now()
    for (const response of waiting) {
      response.writeHead(late ? 410 : 200, { 'content-type': 'text/plain' })
      response.end(late ? `it was to begin ${Date.now() - beginMs} ms ago` : String(beginMs))
    }
  }
  const server = createServer((_, response) => {
    waiting.push(response)
    if (waiting.length !== waitFor) return
    timer = setTimeout(answerAll, startAtMs === null ? 0 : startAtMs - OPEN_BEFORE_START_MS - Date.now())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      clearTimeout(timer)
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
