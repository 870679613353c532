import { createHmac } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { challengeMessage, challengePath } from '../contracts/challenge.ts'
import type { AllowedTarget } from './allowed-target.ts'
import { askOwner, challengeToken } from './target-challenge.ts'

const TOKEN = '0123456789abcdef0123456789abcdef'
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function targetThat(answer: RequestListener): Promise<AllowedTarget> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `shop.invalid:${port}`
  return { baseUrl: `http://${host}`, host, isThisMachine: false, isChallenged: true, address: '127.0.0.1' }
}

const says = (text: string) =>
  targetThat(({ url }, response) => response.writeHead(url === challengePath(TOKEN) ? 200 : 404).end(text))

describe('the owner of a target', () => {
  it('agrees by a file that holds the token', async () => {
    await askOwner(await says(`${TOKEN}\n`), TOKEN, undefined)
  })

  it('agrees by a system that shares the secret', async () => {
    const hmac = createHmac('sha256', 'shared').update(challengeMessage(TOKEN)).digest('hex')
    await askOwner(await says(hmac), TOKEN, 'shared')
    await expect(askOwner(await says(hmac), TOKEN, 'another')).rejects.toThrow(/does not say that it may be loaded/)
    await expect(askOwner(await says(hmac), TOKEN, undefined)).rejects.toThrow(/does not say/)
  })

  it('does not by anything else', async () => {
    for (const text of ['', 'ok', '<html>', TOKEN.toUpperCase(), `${TOKEN}0`])
      await expect(askOwner(await says(text), TOKEN, 'shared')).rejects.toThrow(/answers 200/)
  })

  it('does not by a redirect to somebody who would', async () => {
    const willing = await says(TOKEN)
    const target = await targetThat((_, response) =>
      response
        .writeHead(302, { location: `http://127.0.0.1:${new URL(willing.baseUrl).port}${challengePath(TOKEN)}` })
        .end(),
    )
    await expect(askOwner(target, TOKEN, undefined)).rejects.toThrow(/answers 302/)
  })

  it('is told what to put where', async () => {
    const target = await targetThat((_, response) => response.writeHead(404).end())
    await expect(askOwner(target, TOKEN, undefined)).rejects.toMatchObject({
      wayOut: expect.stringContaining(TOKEN),
      command: `--no-challenge ${target.host}`,
    })
  })
})

describe('the token of a checkout', () => {
  it('stays the same', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'headroom-token-')), 'deep', 'challenge-token')
    const token = challengeToken(file)
    expect(token).toMatch(/^[0-9a-f]{32}$/)
    expect(challengeToken(file)).toBe(token)
  })
})
