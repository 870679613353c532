import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tryLock } from './lock.ts'
import { identify, isRunning } from './process-identity.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-lock-'))
  path = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('tryLock', () => {
  it('lets one in, tells the other who, and lets the other in afterwards', () => {
    const first = tryLock(path, 'starting')
    expect(tryLock(path, 'stopping')).toMatchObject({ heldBy: { pid: process.pid, doing: 'starting' } })
    if ('release' in first) first.release()
    expect(tryLock(path, 'stopping')).toHaveProperty('release')
  })

  it.each([
    ['of a process that ended', () => JSON.stringify({ pid: spawnSync('true').pid, startedAt: 'x', doing: 'y' })],
    ['of a pid that is now another process', () => JSON.stringify({ pid: process.pid, startedAt: 'x', doing: 'y' })],
    ['cut short', () => '{"pid":'],
  ])('takes over a lock %s, and leaves nothing behind', (_name, content) => {
    writeFileSync(path, content())
    expect(tryLock(path, 'starting')).toHaveProperty('release')
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  it('lets exactly one of many takers in over a dead lock', async () => {
    writeFileSync(path, JSON.stringify({ pid: spawnSync('true').pid, startedAt: 'x', doing: 'y' }))
    const script = `
      import { tryLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
      process.stdout.write('release' in tryLock(${JSON.stringify(path)}, 'racing') ? 'in' : 'out')
      process.stdin.resume()`
    const takers = Array.from({ length: 6 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]))
    const answers = await Promise.all(
      takers.map(
        ({ stdout }) => new Promise<string>((resolve) => stdout.once('data', (data) => resolve(String(data)))),
      ),
    )
    for (const { stdin } of takers) stdin.end()
    expect(answers.filter((answer) => answer === 'in')).toHaveLength(1)
  })
})

describe('a process identity', () => {
  it('ends with the process', async () => {
    const child = spawn('sleep', ['60'])
    const identity = identify(child.pid ?? 0)
    expect(identity && isRunning(identity)).toBe(true)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(identity && isRunning(identity)).toBe(false)
  })
})
