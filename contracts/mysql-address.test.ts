import { describe, expect, it } from 'vitest'
import { driverOptions, tlsMistakes } from './mysql-address.ts'

const ADDRESS = 'mysql://us%40er:p%3Aw@db:3307/headroom'
const read = (path: string) => `text of ${path}`

describe('driverOptions', () => {
  it('reads who, where and which schema', () => {
    const who = { user: 'us@er', password: 'p:w', database: 'headroom' }
    expect(driverOptions({ url: ADDRESS }, read)).toEqual({ host: 'db', port: 3307, ...who })
    expect(driverOptions({ url: ADDRESS, socketPath: '/run/s' }, read)).toEqual({ socketPath: '/run/s', ...who })
  })

  it.each([
    ['REQUIRED', { rejectUnauthorized: false, verifyIdentity: false }],
    ['VERIFY_CA', { rejectUnauthorized: true, verifyIdentity: false }],
    ['VERIFY_IDENTITY', { rejectUnauthorized: true, verifyIdentity: true }],
    ['DISABLED', undefined],
  ])('keeps ssl-mode=%s', (mode, ssl) => {
    expect(driverOptions({ url: `${ADDRESS}?ssl-mode=${mode}` }, read).ssl).toEqual(ssl)
  })

  it('reads the files that are named, and leaves a socket for an encrypted connection', () => {
    const url = `${ADDRESS}?ssl-mode=VERIFY_CA&ssl-ca=/etc/ca.pem&ssl-cert=c&ssl-key=k`
    const options = driverOptions({ url, socketPath: '/run/s' }, read)
    expect(options).toMatchObject({
      host: 'db',
      ssl: { ca: 'text of /etc/ca.pem', cert: 'text of c', key: 'text of k' },
    })
    expect(options.socketPath).toBeUndefined()
  })

  it.each(['127.0.0.1', '[::1]'])('refuses to check the name of %s: the driver would check another', (host) => {
    const at = (mode: string) => tlsMistakes(`mysql://u:p@${host}:3307/headroom?ssl-mode=${mode}`)
    expect(at('VERIFY_IDENTITY').join()).toContain('needs the name of the host')
    expect(at('VERIFY_CA')).toEqual([])
    expect(tlsMistakes('mysql://u:p@10.db.example/headroom?ssl-mode=VERIFY_IDENTITY')).toEqual([])
  })

  it.each(['ssl=true', 'ssl-mode=PREFERRED', 'ssl-mode=', 'ssl-ca=/ca.pem', 'ssl-mode=DISABLED&ssl-ca=x', 'a=1'])(
    'refuses ?%s, which it could only drop, and quotes no value',
    (query) => {
      const url = `${ADDRESS}?${query}`
      expect(tlsMistakes(url)).toHaveLength(1)
      expect(tlsMistakes(url).join()).not.toContain('/ca.pem')
      expect(() => driverOptions({ url }, read)).toThrow('cannot be followed')
    },
  )
})
