import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allowedBaseUrl, targetAt } from './load-target.ts'

describe('allowedBaseUrl', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    // The URL parser writes 127.0.0.1 out of each of these.
    ['http://2130706433:8080', 'http://127.0.0.1:8080'],
    ['http://0x7f.1:8080', 'http://127.0.0.1:8080'],
  ])('lets %s be loaded', (target, baseUrl) => {
    expect(allowedBaseUrl({ target })).toBe(baseUrl)
  })

  it.each([
    ['http://10.0.0.5:8080', /not this machine/],
    ['https://shop.example.com', /not this machine/],
    ['http://127.0.0.1.example.com', /not this machine/],
    ['http://localhost.example.com', /not this machine/],
    ['http://0.0.0.0:8080', /not this machine/],
    ['http://[::ffff:10.0.0.5]:8080', /not this machine/],
    ['http://user:secret@127.0.0.1:8080', /no user and no password/],
    ['http://127.0.0.1:8080/v1', /is no target/],
    ['ftp://127.0.0.1', /is no target/],
    ['127.0.0.1:8080', /is no target/],
    ['', /is no target/],
  ])('refuses %s', (target, why) => {
    expect(() => allowedBaseUrl({ target })).toThrow(why)
  })

  it('wants the exact host of a target elsewhere', () => {
    const target = 'http://shop.example.com:8080'
    expect(allowedBaseUrl({ target, targetOwnerConfirm: 'shop.example.com:8080' })).toBe(target)
    expect(() => allowedBaseUrl({ target, targetOwnerConfirm: 'shop.example.com' })).toThrow()
    expect(() => allowedBaseUrl({ target, targetOwnerConfirm: 'yes' })).toThrow()
  })

  it('never quotes a password', () => {
    expect(() => allowedBaseUrl({ target: 'http://user:secret@127.0.0.1' })).not.toThrow(/secret/)
  })
})

describe('targetAt', () => {
  const state = () => mkdtempSync(join(tmpdir(), 'headroom-state-'))
  const here = 'http://127.0.0.1:8080'

  it('knows the order system of this checkout, its secret and its processes', () => {
    const folder = state()
    const own = {
      baseUrl: here,
      topology: 'one-process',
      jwtSecret: 'own',
      adminJwtSecret: 'boss',
      processes: [{ component: 'sut', pid: 7 }],
    }
    writeFileSync(join(folder, 'sut.json'), JSON.stringify(own))
    expect(targetAt(here, folder, { HEADROOM_JWT_SECRET: 'other' })).toEqual(own)
    const other = targetAt('http://127.0.0.1:9090', folder, { HEADROOM_JWT_SECRET: 'other' })
    expect(other).toEqual({ baseUrl: 'http://127.0.0.1:9090', jwtSecret: 'other', processes: [] })
  })

  it('reads the secret of docker compose for this machine only', () => {
    const folder = state()
    mkdirSync(join(folder, 'compose'))
    writeFileSync(join(folder, 'compose', 'jwt_secret'), 'composed\n')
    writeFileSync(join(folder, 'compose', 'admin_jwt_secret'), 'composed-admin\nan-old-one\n')
    expect(targetAt(here, folder, {})).toMatchObject({ jwtSecret: 'composed', adminJwtSecret: 'composed-admin' })
    expect(() => targetAt('http://10.0.0.5:8080', folder, {})).toThrow(/no secret to sign/)
  })

  it('reads a secret from a file, and refuses without any', () => {
    const folder = state()
    writeFileSync(join(folder, 'secret'), 'from-file\n')
    expect(targetAt(here, folder, { HEADROOM_JWT_SECRET_FILE: join(folder, 'secret') }).jwtSecret).toBe('from-file')
    expect(() => targetAt(here, folder, {})).toThrow(/no secret to sign/)
  })

  it('says that the file of the secret cannot be read, or is empty', () => {
    const folder = state()
    const given = (file: string) => () => targetAt(here, folder, { HEADROOM_JWT_SECRET_FILE: file })
    expect(given(join(folder, 'nowhere'))).toThrow(/HEADROOM_JWT_SECRET_FILE names no secret: ENOENT.*nowhere/)
    writeFileSync(join(folder, 'empty'), '\n')
    expect(given(join(folder, 'empty'))).toThrow(/empty is empty/)
  })
})
