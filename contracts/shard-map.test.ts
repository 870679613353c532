import { describe, expect, it } from 'vitest'
import { ALL_SHARDS } from './shard.ts'
import { oneServer, parseShardMap, serverName, serverOf } from './shard-map.ts'

const HOME = { url: 'mysql://u:secret@a:3306/headroom' }
const B = 'mysql://u:secret@b:3306/headroom'

describe('parseShardMap', () => {
  it.each([undefined, '', ' '])('leaves every shard at home for %j', (text) => {
    expect(parseShardMap(HOME, text)).toEqual({ map: oneServer(HOME), mistakes: [] })
  })

  it('puts every shard on exactly one server, home first', () => {
    const { map, mistakes } = parseShardMap(HOME, `32-63=${B}, 7=mysql://u@c/headroom`)
    expect(mistakes).toEqual([])
    expect(map.map(serverName)).toEqual(['a:3306/headroom', 'c:3306/headroom', 'b:3306/headroom'])
    expect(map.flatMap(({ shards }) => shards).toSorted((one, other) => one - other)).toEqual(ALL_SHARDS)
    expect([0, 7, 31, 32, 63].map((shard) => map.indexOf(serverOf(map, shard)))).toEqual([0, 1, 0, 2, 2])
  })

  it('knows its home again, and may leave it without shards', () => {
    const { map, mistakes } = parseShardMap(HOME, `0-31=mysql://a/headroom,32-63=${B}`)
    expect(mistakes).toEqual([])
    expect(map.map(({ shards, isHome }) => [shards.length, isHome])).toEqual([
      [32, true],
      [32, false],
    ])
    expect(parseShardMap(HOME, `0-63=${B}`).map[0].shards).toEqual([])
  })

  it('goes to a server of its map as who it is at home, unless the entry says who', () => {
    const { map } = parseShardMap(
      HOME,
      '1=mysql://b/headroom,2=mysql://other@c/headroom,3=mysql://other:own@d/headroom',
    )
    expect(map.map(({ url }) => new URL(url)).map(({ username, password }) => `${username}:${password}`)).toEqual([
      'u:secret',
      'u:secret',
      'other:secret',
      'other:own',
    ])
  })

  it('sends the password of home nowhere less protected than home, unless the entry says how', () => {
    const home = { url: `${HOME.url}?ssl-mode=VERIFY_CA&ssl-ca=/ca` }
    const entries = ['1=mysql://b/h', '2=mysql://other@c/h', '3=mysql://d/h?ssl-mode=REQUIRED', '4=mysql://u:own@e/h']
    const { map, mistakes } = parseShardMap(home, `0=mysql://a/headroom,${entries.join()}`)
    expect(mistakes).toEqual([])
    const inherited = '?ssl-mode=VERIFY_CA&ssl-ca=/ca'
    expect(map.map(({ url }) => new URL(url).search)).toEqual([
      inherited,
      inherited,
      inherited,
      '?ssl-mode=REQUIRED',
      '',
    ])
  })

  it('refuses a host whose name cannot be checked also where home says that it is', () => {
    const home = { url: `${HOME.url}?ssl-mode=VERIFY_IDENTITY` }
    expect(parseShardMap(home, '1=mysql://10.0.0.2/h').mistakes.join()).toContain('entry 1: ssl-mode=VERIFY_IDENTITY')
  })

  it.each([
    ['0-15=mysql://b/h,16-31=mysql://b/h?ssl-mode=REQUIRED', 'entry 2 names the server of entry 1'],
    ['0=mysql://b/h,1=mysql://c/h,2=mysql://other@c/h', 'entry 3 names the server of entry 2'],
    ['0=mysql://u:one@b/h,1=mysql://u:other@b:3306/h', 'entry 2 names the server of entry 1'],
    ['0=mysql://a/headroom?ssl-mode=REQUIRED', 'entry 1 names the home server'],
    ['0=mysql://b/h,1=mysql://other@a/headroom', 'entry 2 names the home server'],
  ])('refuses one server with two accounts or options, of which one would be dropped: %s', (text, mistake) => {
    expect(parseShardMap(HOME, text).mistakes).toEqual([`${mistake} with another account or other options`])
  })

  it('takes one server named twice, whatever the order of its options', () => {
    const [one, other] = ['ssl-mode=VERIFY_CA&ssl-ca=/ca', 'ssl-ca=/ca&ssl-mode=VERIFY_CA']
    const { map, mistakes } = parseShardMap(HOME, `0-15=mysql://b/h?${one},48-63=mysql://b:3306/h?${other}`)
    expect(mistakes).toEqual([])
    expect(map.map(({ shards }) => shards.length)).toEqual([32, 32])
  })

  it.each([
    ['0-64=mysql://u@b/h', 'entry 1'],
    ['9-3=mysql://u@b/h', 'entry 1'],
    ['0-3=postgres://u:secret@b/h', 'entry 1'],
    [`${B}`, 'entry 1'],
    [`0-3=${B},nonsense`, 'entry 2'],
    [`0-3=${B},3-5=${B}`, 'shard 3 is named by two entries'],
  ])('refuses %s without quoting an address', (text, mistake) => {
    const { mistakes } = parseShardMap(HOME, text)
    expect(mistakes.join()).toContain(mistake)
    expect(mistakes.join()).not.toContain('secret')
  })
})
