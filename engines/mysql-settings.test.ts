import { describe, expect, it } from 'vitest'
import { bufferPoolBytes, mysqlSettings, redoBytes } from './mysql-settings.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

describe('the buffer pool of a measured server', () => {
  it.each([
    [0.5, 256 * MIB],
    [2, 512 * MIB],
    [8, 2 * GIB],
    [24, 4 * GIB],
  ])('on %s GiB of memory', (memoryGib, bytes) => expect(bufferPoolBytes('load', memoryGib * GIB)).toBe(bytes))

  it('does not grow with the machine in tests', () => expect(bufferPoolBytes('test', 256 * GIB)).toBe(256 * MIB))
})

describe('the redo log', () => {
  it.each([
    [1, 96 * MIB],
    [10, 512 * MIB],
    [100, 2 * GIB],
  ])('takes at most a twentieth of %s GiB free disk, but not less than InnoDB needs', (freeGib, bytes) => {
    expect(redoBytes('load', freeGib * GIB)).toBe(bytes)
  })
})

it('calls the redo log what each flavour calls it', () => {
  const machine = { memoryBytes: 8 * GIB, freeDiskBytes: 100 * GIB, directIo: true }
  expect(mysqlSettings('mariadb', 'load', machine)).toMatchObject({ 'innodb-log-file-size': '2048M' })
  expect(mysqlSettings('mysql', 'load', machine)).toMatchObject({ 'innodb-redo-log-capacity': '2048M' })
})

describe('a pool that is asked for', () => {
  const machine = { memoryBytes: 8 * GIB, freeDiskBytes: 100 * GIB, directIo: true, poolBytes: 300 * MIB }

  it('is as large as asked, also in MySQL, whose chunks are 128 MiB otherwise', () => {
    expect(mysqlSettings('mariadb', 'load', machine)).toMatchObject({ 'innodb-buffer-pool-size': '300M' })
    expect(mysqlSettings('mysql', 'load', machine)).toMatchObject({
      'innodb-buffer-pool-size': '300M',
      'innodb-buffer-pool-chunk-size': '1M',
    })
  })

  it('is empty at the start', () => {
    expect(mysqlSettings('mysql', 'load', machine)).toMatchObject({ 'innodb-buffer-pool-load-at-startup': 'OFF' })
    const { poolBytes: _, ...usual } = machine
    expect(mysqlSettings('mysql', 'load', usual)).not.toHaveProperty('innodb-buffer-pool-load-at-startup')
  })
})
