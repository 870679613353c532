// Bytes to a server and what comes back, past every client library: those do not send what a test of malformed requests
// must.

import { connect } from 'node:net'
import { expect } from 'vitest'
import type { ErrorResponse } from '../../contracts/gateway-api.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Nothing followed an answer for so long: the sender says that it will send no more either, and the server may close. */
const QUIET_MS = 100

/**
 * The answers, in order; none where the server closes without one, as it may when a request is cut off. `waitMs`: for the
 * first byte of an answer.
 */
export function exchange(port: number, bytes: string, waitMs = 20_000): Promise<readonly RawAnswer[]> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' })
    let end = setTimeout(() => socket.end(), waitMs)
    socket.on('connect', () => socket.write(Buffer.from(bytes, 'latin1')))
    socket.on('data', (chunk) => {
      received.push(chunk)
      clearTimeout(end)
      end = setTimeout(() => socket.end(), QUIET_MS)
    })
    // A server may close while we still send.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      clearTimeout(end)
      resolve(answersIn(Buffer.concat(received).toString('latin1')))
    })
  })
}

function answersIn(text: string): RawAnswer[] {
  const head = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(text)
  // HTTP/0.9 has neither a status nor headers.
  if (!head) return text === '' ? [] : [{ status: 0, headers: {}, body: text }]
  const [whole, status, lines = ''] = head
  const headers = Object.fromEntries(
    [...lines.matchAll(/^([^:\r\n]+):[ \t]*([^\r\n]*)/gm)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  )
  const length = Number(headers['content-length'] ?? text.length)
  const body = text.slice(whole.length, whole.length + length)
  const answer = { status: Number(status), headers, body }
  if (answer.status === 100) return answersIn(text.slice(whole.length))
  return [answer, ...answersIn(text.slice(whole.length + length))]
}

/** What a refusal says; fails where it has another shape than every other refusal. */
export function refusalIn(answer: RawAnswer | undefined): ErrorResponse {
  expect(answer?.headers['content-type']).toMatch(/^application\/json/)
  const body = JSON.parse(answer?.body ?? '')
  expect(Object.keys(body).sort()).toEqual(['code', 'message', 'requestId'])
  expect(body.requestId).toMatch(/^[A-Za-z0-9-]{8,64}$/)
  return body
}
