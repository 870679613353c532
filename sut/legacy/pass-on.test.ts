// A form on its way to the monolith: what its sender is told when the monolith is gone, dies, or is slow.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { LEGACY_ROUTES } from '../../contracts/legacy-api.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { passOnTo } from './pass-on.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Each form that arrives whole is given to `answer`. */
async function monolith(answer: (form: string, socket: Socket) => void) {
  const received: string[] = []
  const server: Server = createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      text += chunk
      const [head = '', body = ''] = text.split('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (body.length < length) return
      text = ''
      received.push(`${head.split(' HTTP')[0]} ${body}`)
      answer(body, socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function passing(url: string) {
  const { pass, close } = passOnTo(url)
  closing.push(close)
  return (path: string, budgetMs = 2_000) => pass({ path, fields: FIELDS }, contextFor('request-1', budgetMs))
}

const FIELDS = { token: 'a.b.c', productId: [5, 9], quantity: [2, 1] }
const ANSWER = '{"code":1003,"msg":"ü","data":null}'

function reply(socket: Socket, status: string, text: string): void {
  const length = Buffer.byteLength(text)
  socket.write(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${text}`)
}

it('passes the form on as it is, and the answer back as it is', async () => {
  const { received, url } = await monolith((_form, socket) => reply(socket, '200 OK', ANSWER))
  const pass = passing(url)
  expect(await pass(LEGACY_ROUTES.submit)).toBe(ANSWER)
  expect(await pass(LEGACY_ROUTES.list)).toBe(ANSWER)
  const form = 'token=a.b.c&productId=5&productId=9&quantity=2&quantity=1'
  expect(received).toEqual([`POST ${LEGACY_ROUTES.submit} ${form}`, `POST ${LEGACY_ROUTES.list} ${form}`])
})

it.each([LEGACY_ROUTES.submit, LEGACY_ROUTES.pay, LEGACY_ROUTES.cancel])(
  'sends %s once, and says that nobody knows what became of it when the monolith dies over it',
  async (path) => {
    const { received, url } = await monolith((_form, socket) => socket.destroy())
    await expect(passing(url)(path)).rejects.toMatchObject({ code: 'outcome-unknown' })
    expect(received).toHaveLength(1)
  },
)

it('says the same when the monolith does not answer in time', async () => {
  const { received, url } = await monolith(() => {})
  await expect(passing(url)(LEGACY_ROUTES.submit, 50)).rejects.toMatchObject({ code: 'outcome-unknown' })
  expect(received).toHaveLength(1)
})

it('says that a question was not answered: it may be asked again', async () => {
  const { url } = await monolith((_form, socket) => socket.destroy())
  await expect(passing(url)(LEGACY_ROUTES.detail)).rejects.toMatchObject({ code: 'unavailable' })
})

it('knows that nothing was done where nothing was sent, or nothing read', async () => {
  await expect(passing('http://127.0.0.1:9')(LEGACY_ROUTES.submit)).rejects.toMatchObject({ code: 'unavailable' })
  const { url } = await monolith((_form, socket) => reply(socket, '503 Service Unavailable', '{}'))
  await expect(passing(url)(LEGACY_ROUTES.submit)).rejects.toMatchObject({ code: 'unavailable' })
})
