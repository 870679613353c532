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

  it('knows its home again under another account, and may leave it without shards', () => {
    const { map } = parseShardMap(HOME, `0-31=mysql://other@a/headroom,32-63=${B}`)
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
