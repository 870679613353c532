import { describe, expect, it } from 'vitest'
import { elasticsearchYaml, heapMib, jvmOptions } from './elasticsearch-settings.ts'

const GIB = 1024 ** 3
const node = { port: 9200, dataFolder: '/a b/data', logFolder: '/a b/logs' }

describe('settings of modules', () => {
  it('are named only where the distribution has the module: it refuses to start otherwise', () => {
    expect(elasticsearchYaml({ ...node, modules: ['transport-netty4'] })).not.toMatch(/xpack|geoip/)
    expect(elasticsearchYaml({ ...node, modules: ['x-pack-security'] })).toContain('xpack.security.enabled: true')
  })

  it('survive a space in a path', () => {
    expect(elasticsearchYaml({ ...node, modules: [] })).toContain('path.data: "/a b/data"')
  })
})

it('sends logs and dumps where the engine may write', () => {
  const distributed =
    '-XX:+UseG1GC\n-XX:HeapDumpPath=data\n-XX:ErrorFile=logs/hs_err_pid%p.log\n-Xlog:gc*:file=logs/gc.log'
  expect(jvmOptions(distributed, '/x')).toBe('-XX:+UseG1GC\n-XX:HeapDumpPath=/x\n-XX:ErrorFile=/x/hs_err_pid%p.log')
})

it.each([
  ['load', 4, 512],
  ['load', 8, 1024],
  ['test', 64, 512],
] as const)('heap for %s on %i GiB', (size, memoryGib, mib) => expect(heapMib(size, memoryGib * GIB)).toBe(mib))
