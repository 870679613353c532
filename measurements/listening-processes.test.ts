import { createServer } from 'node:net'
import { platform } from 'node:process'
import { describe, expect, it } from 'vitest'
import { listenersOn, socketsOn } from './listening-processes.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:46B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000
   1: 0100007F:46B3 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000
   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000
`

describe('who listens', () => {
  it('is told by the table of sockets: on that port, and listening', () => {
    expect(socketsOn(TABLE, 0x46b3)).toEqual(['4711'])
    expect(socketsOn(TABLE, 80)).toEqual(['4713'])
    expect(socketsOn(TABLE, 81)).toEqual([])
  })

  it.runIf(platform === 'linux')('is this process, while it listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    expect(await listenersOn(port)).toEqual([process.pid])
    await new Promise((resolve) => server.close(resolve))
    expect(await listenersOn(port)).toEqual([])
  })
})
