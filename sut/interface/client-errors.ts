// Requests that never become one: bytes Node cannot read, headers too large or too late, a tunnel asked for. They meet no
// route and no hook, so they are answered on the socket, in the shape of every other error.

import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorResponse } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'
import { requestIdIn, requestIdOf } from './request-id.ts'

/** For the other side to read the answer and close. One that does not would keep its place among those in flight. */
const LINGER_MS = 1_000

type ClientError = Error & { readonly code?: string; readonly rawPacket?: unknown }

export function answerClientError(error: ClientError, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  // Once an answer has begun, more bytes would be read as a part of it.
  if (hasBegunToAnswer(socket)) return void socket.destroy(error)
  const given = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
  socket.end(answerText(asSutError(error), requestIdIn(given) ?? randomUUID()))
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** What Node would answer by itself, with nothing or with a page: CONNECT and an Expect it does not know. */
export function answerRareRequests(server: Server): void {
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => {}) // the client may be gone
    socket.end(answerText(new SutError('method-not-allowed', 'this is no proxy'), requestIdOf(request)))
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = new SutError('bad-request', 'nothing but 100-continue can be expected here')
    const body = bodyText(refusal, requestIdOf(request))
    response.writeHead(refusal.status, headersOf(body)).end(body)
  })
}

function asSutError({ code }: ClientError): SutError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new SutError('request-timeout', 'the request did not arrive in time')
  if (code === 'HPE_HEADER_OVERFLOW') return new SutError('headers-too-large', 'the headers are too large')
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return new SutError('payload-too-large', 'the body is too large')
  return new SutError('bad-request', 'this is not a request we understand')
}

/** Node keeps the answer that is being written on its socket; it says so nowhere else. */
function hasBegunToAnswer(socket: Duplex): boolean {
  return (socket as Duplex & { readonly _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true
}

function answerText(error: SutError, requestId: string): string {
  const body = bodyText(error, requestId)
  const headers = Object.entries(headersOf(body)).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`, ...headers, '', body].join('\r\n')
}

function headersOf(body: string) {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
}

function bodyText({ code, message }: SutError, requestId: string): string {
  return JSON.stringify({ code, message, requestId } satisfies ErrorResponse)
}
