import { describe, expect, it } from 'vitest'
import { allowedTarget, type TargetOptions } from './allowed-target.ts'

/** A name service that knows one name, and fails the test when it is asked for more than is needed. */
const knows = (...addresses: readonly string[]) => {
  return async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}
const nobody = async () => {
  throw new Error('the name service was asked')
}

const ELSEWHERE = 'http://shop.example.com:8080'
const CONFIRMED: TargetOptions = { target: ELSEWHERE, targetOwnerConfirm: 'shop.example.com:8080' }

describe('this machine', () => {
  it.each(['http://127.0.0.1:8080', 'http://127.0.0.1:8080/', 'http://localhost:8080', 'http://[::1]:8080'])(
    'is loaded without a question: %s',
    async (target) => {
      const allowed = await allowedTarget({ target }, nobody)
      expect(allowed).toMatchObject({ baseUrl: target.replace(/\/$/, ''), isThisMachine: true, isChallenged: false })
      expect(allowed.maxRatePerSecond).toBeUndefined()
      expect(allowed.address).toBeUndefined()
    },
  )

  it('needs no challenge, and may be told so', async () => {
    const allowed = await allowedTarget({ target: 'http://127.0.0.1:8080', challenge: false }, nobody)
    expect(allowed.isChallenged).toBe(false)
  })
})

describe('a target elsewhere', () => {
  it('is pinned to the address it has now, limited, and its owner is asked', async () => {
    expect(await allowedTarget(CONFIRMED, knows('192.0.2.7'))).toEqual({
      baseUrl: ELSEWHERE,
      host: 'shop.example.com:8080',
      isThisMachine: false,
      address: '192.0.2.7',
      maxRatePerSecond: 100,
      isChallenged: true,
    })
  })

  it('wants its exact host, port included', async () => {
    for (const targetOwnerConfirm of [undefined, 'shop.example.com', 'shop.example.com:80', 'yes', '*']) {
      const options = { target: ELSEWHERE, ...(targetOwnerConfirm === undefined ? {} : { targetOwnerConfirm }) }
      await expect(allowedTarget(options, nobody)).rejects.toThrow(/not this machine/)
    }
    const plain = { target: 'http://shop.example.com', targetOwnerConfirm: 'shop.example.com:80' }
    expect(await allowedTarget(plain, knows('192.0.2.7'))).toMatchObject({ host: 'shop.example.com:80' })
  })

  it('skips the challenge only for the host that is named once more', async () => {
    for (const challenge of [false, 'other.example.com', 'shop.example.com:443'] as const) {
      await expect(allowedTarget({ ...CONFIRMED, challenge }, nobody)).rejects.toThrow(/exact name/)
    }
    const skipped = { ...CONFIRMED, challenge: 'shop.example.com:8080' }
    expect(await allowedTarget(skipped, knows('192.0.2.7'))).toMatchObject({ isChallenged: false })
  })

  it('gets more than 100 requests a second when that is said', async () => {
    expect(await allowedTarget({ ...CONFIRMED, maxRate: 900 }, knows('192.0.2.7'))).toMatchObject({
      maxRatePerSecond: 900,
    })
  })
})

describe('tricks to reach a host that was not confirmed', () => {
  it('userinfo in the URL', async () => {
    for (const target of [
      'http://127.0.0.1@shop.example.com:8080',
      'http://user:pass@127.0.0.1:8080',
      'http://@127.0.0.1:8080',
    ])
      await expect(allowedTarget({ target }, nobody)).rejects.toThrow(/no user and no password/)
    const refused = await allowedTarget({ target: 'http://user:hunter2@127.0.0.1:8080/x' }, nobody).catch(String)
    expect(refused).not.toMatch(/hunter2/)
  })

  it('a name with two addresses', async () => {
    const two = knows('192.0.2.7', '198.51.100.9')
    await expect(allowedTarget(CONFIRMED, two)).rejects.toThrow(/2 addresses: 192.0.2.7, 198.51.100.9/)
    expect(await allowedTarget({ ...CONFIRMED, targetAddress: '198.51.100.9' }, two)).toMatchObject({
      address: '198.51.100.9',
    })
    await expect(allowedTarget({ ...CONFIRMED, targetAddress: '203.0.113.1' }, two)).rejects.toThrow(/none of them/)
  })

  it('IPv4 in IPv6', async () => {
    for (const host of [
      '[::ffff:127.0.0.1]:8080',
      '[::ffff:7f00:1]:8080',
      '[::ffff:10.0.0.5]:8080',
      '[::127.0.0.1]:8080',
    ]) {
      const options = { target: `http://${host}`, targetOwnerConfirm: host }
      await expect(allowedTarget(options, nobody)).rejects.toThrow(/IPv4 address in IPv6 form/)
    }
  })

  it('decimal, octal, hexadecimal and short addresses', async () => {
    for (const host of ['2130706433:8080', '0177.0.0.1:8080', '0x7f.1:8080', '127.1:8080', '167772165:8080']) {
      const options = { target: `http://${host}`, targetOwnerConfirm: host }
      await expect(allowedTarget(options, nobody)).rejects.toThrow(/not how a target is written: it is read as/)
    }
  })

  it('a dot at the end', async () => {
    for (const host of ['localhost.:8080', 'shop.example.com.:8080', 'shop.example.com.']) {
      const options = { target: `http://${host}`, targetOwnerConfirm: host }
      await expect(allowedTarget(options, nobody)).rejects.toThrow(/ends in a dot/)
    }
  })

  it('upper case', async () => {
    for (const host of ['SHOP.example.com:8080', 'LocalHost:8080', '[::FFFF:7F00:1]:8080']) {
      const options = { target: `http://${host}`, targetOwnerConfirm: host }
      await expect(allowedTarget(options, nobody)).rejects.toThrow(/not how a target is written/)
    }
    const upper = { target: ELSEWHERE, targetOwnerConfirm: 'SHOP.EXAMPLE.COM:8080' }
    await expect(allowedTarget(upper, nobody)).rejects.toThrow(/not this machine/)
  })

  it('names that only look like this machine, and no host at all', async () => {
    for (const host of ['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.5:8080', '[::2]:8080'])
      await expect(allowedTarget({ target: `http://${host}` }, nobody)).rejects.toThrow(/not this machine/)
    for (const target of ['http://0.0.0.0:8080', 'http://[::]:8080'])
      await expect(allowedTarget({ target }, nobody)).rejects.toThrow(/no host/)
  })

  it.each(['http://127.0.0.1:8080/v1', 'ftp://127.0.0.1', '127.0.0.1:8080', '', 'http://127.0.0.1:8080/#x'])(
    'what is no target: %s',
    async (target) => {
      await expect(allowedTarget({ target }, nobody)).rejects.toThrow(/is no target/)
    },
  )
})
