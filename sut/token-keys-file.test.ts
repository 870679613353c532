import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, it } from 'vitest'
import { keyId } from './interface/token-keys.ts'
import { Parts } from './part.ts'
import { liveTokenKeys } from './token-keys-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'headroom-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const OLD = 'the-old-secret-of-at-least-32-characters'
const NEXT = 'the-next-secret-of-at-least-32-characters'

it('follows its file, and keeps what it has while the file is of no use', async () => {
  const file = join(folder, 'secrets')
  writeFileSync(file, OLD)
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const parts = new Parts()
  const keys = liveTokenKeys('app', { secrets: [OLD], file }, { parts, logger })
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
