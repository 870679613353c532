import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { askRedis } from './ask-redis.ts'

const INFO = 'redis_version:7.2.4\r\n'
let server: Server | undefined
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server?.close()
})

/** Answers everything with its INFO, or nothing at all. */
async function redisThat(answers: boolean): Promise<string> {
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', (data) => {
      const asked = String(data).match(/^\*\d+\r$/gm)?.length ?? 0
      if (answers) socket.write(`$${INFO.length}\r\n${INFO}\r\n`.repeat(asked))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}/0`
}

const askVersion = (url: string) => askRedis(url, (client) => client.info('server'))

it('gives the answer, and leaves no connection', async () => {
  const url = await redisThat(true)
  expect(await askVersion(url)).toBe(INFO)
  await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, 'close')))
})

it('gives up on one that takes connections and never answers', async () => {
  await expect(askVersion(await redisThat(false))).rejects.toThrow(/timed out/i)
})

it('says why nobody answered', async () => {
  await expect(askVersion('redis://127.0.0.1:1/0')).rejects.toThrow(/ECONNREFUSED/)
})
