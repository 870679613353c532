import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHECKOUT } from '../engines/place.ts'
import { systemRefusal } from './system-refusal.ts'

const failed = (code: string, path?: string) => Object.assign(new Error(`${code}: …, open '${path}'`), { code, path })

function thrownBy(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

describe('systemRefusal', () => {
  it.each(['EACCES', 'EPERM', 'EROFS'])('%s in the checkout is about the checkout', (code) => {
    const refusal = systemRefusal(failed(code, join(CHECKOUT, '.headroom/lock')))
    expect(refusal?.what).toBe(`${CHECKOUT}/.headroom/lock cannot be written`)
    expect(refusal?.wayOut).toContain('checkout')
  })

  it.each(['/elsewhere/x', `${CHECKOUT}-2/x`])('at %s it is about that place', (path) => {
    expect(systemRefusal(failed('EACCES', path))?.wayOut).toContain('name another place')
  })

  it('is about the checkout at the checkout itself', () => {
    expect(systemRefusal(failed('EACCES', CHECKOUT))?.wayOut).toContain('checkout')
  })

  const tooLong = 'x'.repeat(300)
  it.each<[string, (folder: string) => void, string]>([
    ['a name of 300 letters', (folder) => mkdirSync(join(folder, tooLong), { recursive: true }), tooLong],
    [
      'a file in the way of a folder',
      (folder) => mkdirSync(join(folder, 'file/rows'), { recursive: true }),
      'file/rows',
    ],
    ['a folder in the way of a file', (folder) => renameSync(join(folder, 'file'), join(folder, 'there')), 'there'],
    ['links in a circle', (folder) => readdirSync(join(folder, 'circle')), 'circle'],
  ])('%s is none of ours, and is named', (_, use, named) => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-place-'))
    writeFileSync(join(folder, 'file'), '')
    mkdirSync(join(folder, 'there'))
    symlinkSync(join(folder, 'circle'), join(folder, 'circle'))
    const refusal = systemRefusal(thrownBy(() => use(folder)))
    rmSync(folder, { recursive: true })
    expect(refusal?.what).toBe(`${join(folder, named)} cannot be used`)
    expect(refusal?.exitCode).toBe(2)
  })

  it('a folder that cannot be made with its parents is told as such', () => {
    const error = Object.assign(failed('ENOENT', '/proc/x'), { syscall: 'mkdir' })
    expect(systemRefusal(error)?.why[0]).toMatch(/no folder can be made there/)
  })

  it('a full disk is none of ours', () => expect(systemRefusal(failed('ENOSPC'))?.what).toMatch(/no room/))

  it('a database that went away is none of ours', () => {
    const lost = Object.assign(failed('PROTOCOL_CONNECTION_LOST'), { fatal: true })
    expect(systemRefusal(lost)?.what).toMatch(/MySQL went away/)
    expect(systemRefusal(Object.assign(failed('ER_PARSE_ERROR'), { fatal: true }))).toBeUndefined()
  })

  it.each([failed('ECONNREFUSED'), failed('ENOENT', '/x'), failed('EACCES'), new Error('ours'), 'text'])(
    '%s stays what it is',
    (error) => {
      expect(systemRefusal(error)).toBeUndefined()
    },
  )
})
