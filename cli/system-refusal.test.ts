import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CHECKOUT } from '../engines/place.ts'
import { systemRefusal } from './system-refusal.ts'

const failed = (code: string, path?: string) => Object.assign(new Error(`${code}: …, open '${path}'`), { code, path })

describe('systemRefusal', () => {
  it.each(['EACCES', 'EPERM', 'EROFS'])('%s in the checkout is about the checkout', (code) => {
    const refusal = systemRefusal(failed(code, join(CHECKOUT, '.headroom/lock')))
    expect(refusal?.what).toBe(`${CHECKOUT}/.headroom/lock cannot be written`)
    expect(refusal?.wayOut).toContain('checkout')
  })

  it('elsewhere it is about that place', () => {
    expect(systemRefusal(failed('EACCES', '/elsewhere/x'))?.wayOut).toContain('name another place')
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
