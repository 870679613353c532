import { BlockList, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networksOutside } from './other-networks.ts'

/** As k6 compares: an IPv4 address with networks of IPv4 only. */
function isIn(networks: readonly string[], address: string): boolean {
  const list = new BlockList()
  for (const network of networks.filter((one) => one.includes(':') === isIPv6(address))) {
    const [start = '', length] = network.split('/')
    list.addSubnet(start, Number(length), isIPv6(start) ? 'ipv6' : 'ipv4')
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

describe('networksOutside', () => {
  it('leaves one address and nothing beside it', () => {
    const networks = networksOutside(['10.0.0.5/32'])
    expect(isIn(networks, '10.0.0.5')).toBe(false)
    for (const address of [
      '10.0.0.4',
      '10.0.0.6',
      '10.0.1.5',
      '127.0.0.1',
      '0.0.0.0',
      '255.255.255.255',
      '::1',
      'fe80::1',
    ])
      expect([address, isIn(networks, address)]).toEqual([address, true])
  })

  it('leaves this machine', () => {
    const networks = networksOutside(['127.0.0.0/8', '::1/128'])
    for (const address of ['127.0.0.1', '127.255.0.9', '::1']) expect(isIn(networks, address)).toBe(false)
    for (const address of ['126.255.255.255', '128.0.0.0', '10.0.0.5', '::2', '::', '2001:db8::1'])
      expect([address, isIn(networks, address)]).toEqual([address, true])
  })

  it('holds every address but the allowed one', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (allowed, other) => {
        expect(isIn(networksOutside([`${allowed}/32`]), other)).toBe(allowed !== other)
      }),
      { numRuns: 60 },
    )
  })

  it('reads short forms of an address', () => {
    const networks = networksOutside(['2001:db8::5/128'])
    expect(isIn(networks, '2001:db8:0:0:0:0:0:5')).toBe(false)
    expect(isIn(networks, '2001:db8::6')).toBe(true)
  })
})
