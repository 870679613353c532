import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, it } from 'vitest'
import { ClientKeys } from './interface/client-keys.ts'
import { keyId, TokenKeys } from './interface/token-keys.ts'
import { liveKeys, type ReplaceableKeys } from './keys-file.ts'
import { Parts } from './part.ts'

const folder = mkdtempSync(join(tmpdir(), 'headroom-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const OLD = 'the-old-secret-of-at-least-32-characters'
const NEXT = 'the-next-secret-of-at-least-32-characters'
const LATER = 'a-later-secret-of-at-least-32-characters'

it.each([
  ['app', new TokenKeys([OLD])],
  ['app clients', new ClientKeys([OLD])],
])('of %s follow their file, and stay as they are while it is of no use', async (whose, held) => {
  const file = join(folder, 'secrets')
  writeFileSync(file, OLD)
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const parts = new Parts()
  const keys = liveKeys<ReplaceableKeys>({ whose, keys: held, file }, { parts, logger })
  try {
    writeFileSync(file, `${OLD}\n${NEXT}\n`)
    await expect.poll(() => keys.ids, { timeout: 30_000 }).toEqual([keyId(OLD), keyId(NEXT)])
    rmSync(file)
    await expect.poll(() => lines.join(''), { timeout: 30_000 }).toContain('ENOENT')
    writeFileSync(file, 'short')
    await expect.poll(() => lines.join(''), { timeout: 30_000 }).toContain('shorter than')
    expect(keys.ids).toEqual([keyId(OLD), keyId(NEXT)])
    writeFileSync(file, NEXT)
    await expect.poll(() => keys.ids, { timeout: 30_000 }).toEqual([keyId(NEXT)])
    expect(lines.join('')).not.toContain(NEXT)
  } finally {
    await parts.stop()
  }
})

it('stay apart from those of the other interface, and take a secret that it has given up', async () => {
  const files = { app: join(folder, 'app'), admin: join(folder, 'admin') }
  const [users, administrators] = [new TokenKeys([OLD]), new TokenKeys([NEXT])]
  writeFileSync(files.app, OLD)
  writeFileSync(files.admin, NEXT)
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const parts = new Parts()
  liveKeys({ whose: 'app', keys: users, file: files.app, others: administrators }, { parts, logger })
  liveKeys({ whose: 'admin', keys: administrators, file: files.admin, others: users }, { parts, logger })
  try {
    writeFileSync(files.admin, `${NEXT}\n${OLD}`)
    await expect.poll(() => lines.join(''), { timeout: 30_000 }).toContain('users could sign as administrators')
    expect(administrators.ids).toEqual([keyId(NEXT)])
    writeFileSync(files.app, LATER)
    await expect.poll(() => administrators.ids, { timeout: 30_000 }).toEqual([keyId(NEXT), keyId(OLD)])
    expect(users.ids).toEqual([keyId(LATER)])
    expect(lines.filter((line) => line.includes('left as they are'))).toHaveLength(1)
  } finally {
    await parts.stop()
  }
})
