import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { ownFlowOf, scriptHash } from './own-flow.ts'

const FLOW = `import http from 'k6/http'
import { path } from './lib/path.ts'
import words from './words.cjs'
export default function (): void { http.get(__ENV.BASE_URL + path(words.tea)) }
`
const FILES = {
  'mine.ts': FLOW,
  'lib/path.ts': 'export const path = (word: string) => "/" + word\n',
  'words.cjs': 'module.exports = { tea: "tea" }\n',
}

/** In a folder of its own. */
async function hashOf(changes: Partial<typeof FILES> = {}, below = '.'): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'headroom-script-')), below)
  await mkdir(join(folder, 'lib'), { recursive: true })
  for (const [name, text] of Object.entries({ ...FILES, ...changes })) await writeFile(join(folder, name), text)
  return await scriptHash(ownFlowOf(join(folder, 'mine.ts')))
}

describe('the hash of a script of one’s own', () => {
  it('is the same wherever the script lies, and says nothing of its comments', async () => {
    const hash = await hashOf()
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await hashOf({}, 'elsewhere/and deeper')).toBe(hash)
    expect(await hashOf({ 'mine.ts': `// of another day\n${FLOW}` })).toBe(hash)
  })

  it('is another one where the script, or what it imports, does something else', async () => {
    const hash = await hashOf()
    expect(await hashOf({ 'mine.ts': FLOW.replace('http.get', 'http.del') })).not.toBe(hash)
    expect(await hashOf({ 'lib/path.ts': 'export const path = (word: string) => "/v2/" + word\n' })).not.toBe(hash)
    expect(await hashOf({ 'words.cjs': 'module.exports = { tea: "coffee" }\n' })).not.toBe(hash)
  })

  it('is refused for a script that cannot be bundled, with its mistake', async () => {
    const error = await hashOf({ 'lib/path.ts': 'export const other = 1\n' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Refusal)
    expect((error as Refusal).why[0]).toMatch(/No matching export in .* for import "path"/)
  })
})
