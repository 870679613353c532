// What the real nginx writes of a request.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type StartedGateway, startedGateway } from './started-gateway.setup.ts'

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

let nginx: StartedGateway

beforeAll(async () => {
  nginx = await startedGateway({ frontEnd: '127.0.0.1:9' })
})
afterAll(() => nginx?.stop())

interface Line {
  readonly requestId: string
  readonly status: number
  readonly traceparent: string
}

function lineOf(requestId: string): Line | undefined {
  const path = join(nginx.folder, 'access.log')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Line).find((line) => line.requestId === requestId)
}

it.each([
  ['the trace that its client names', TRACE, TRACE],
  ['no trace where there is none', undefined, ''],
  ['nothing of a header that is no trace', '00-","status":200,"x":"', ''],
  ['nothing of a longer one', `${TRACE}-${'a'.repeat(2_000)}`, ''],
])('logs of a refused request: %s', async (_what, traceparent, logged) => {
  const { statusCode, headers, body } = await request(`${nginx.baseUrl}/nowhere`, {
    headers: traceparent === undefined ? {} : { traceparent },
  })
  await body.dump()
  const requestId = String(headers['x-request-id'])
  const line = { status: statusCode, traceparent: logged }
  await expect.poll(() => lineOf(requestId), { timeout: 20_000 }).toMatchObject(line)
})
