import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { clockOffset, offsetOf } from './clock-offset.ts'

describe('clockOffset', () => {
  it('finds how far a clock is off, within what it says of itself', async () => {
    const aheadMs = 3_300
    const server = createServer((_, response) => {
      const date = new Date(Math.floor((Date.now() - aheadMs) / 1000) * 1000).toUTCString()
      response.writeHead(200, { date }).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const found = await clockOffset({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    server.closeAllConnections()
    server.close()
    expect(Math.abs((found?.offsetMs ?? 0) - aheadMs)).toBeLessThanOrEqual((found?.uncertaintyMs ?? 0) + 1)
  })

  it('is the middle of what it may be', () => {
    expect(offsetOf({ sentMs: 5_010 }, { receivedMs: 5_050, dateMs: 5_000 })).toEqual({
      offsetMs: 30,
      uncertaintyMs: 20,
    })
  })

  it('is unknown where nobody answers', async () => {
    expect(await clockOffset({ baseUrl: 'http://127.0.0.1:9' })).toBeNull()
  })
})
