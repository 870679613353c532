// The server's settings as a load-test target: the same for MariaDB and MySQL wherever both know them.

import type { EngineSize } from './start-context.ts'

export type MysqlFlavour = 'mariadb' | 'mysql'

export interface MysqlMachine {
  readonly memoryBytes: number
  readonly freeDiskBytes: number
  /** What InnoDB is to keep in memory, from an empty pool on; absent: what suits the machine. */
  readonly poolBytes?: number | undefined
  /** Past the kernel's own cache, so that a page that is not in the pool is read from the disk. */
  readonly directIo: boolean
}

const MIB = 1024 ** 2
const GIB = 1024 ** 3
/** InnoDB's own least. */
const SMALLEST_POOL_MIB = 8

/** `name → value`, without the leading dashes of the command line. */
export function mysqlSettings(flavour: MysqlFlavour, size: EngineSize, machine: MysqlMachine): Record<string, string> {
  const redoMib = String(redoBytes(size, machine.freeDiskBytes) / MIB)
  return {
    ...poolSettings(flavour, machine.poolBytes ?? bufferPoolBytes(size, machine.memoryBytes)),
    ...(machine.poolBytes !== undefined && EMPTY_AT_START),
    ...(machine.directIo && { 'innodb-flush-method': 'O_DIRECT' }),
    [flavour === 'mariadb' ? 'innodb-log-file-size' : 'innodb-redo-log-capacity']: `${redoMib}M`,
    // Every commit is on disk before it is answered: a faster setting would measure a system nobody runs.
    'innodb-flush-log-at-trx-commit': '1',
    'innodb-io-capacity': '2000',
    'skip-log-bin': 'ON',
    'performance-schema': 'OFF',
    'local-infile': 'ON',
    'skip-name-resolve': 'ON',
    'max-connections': '500',
    'max-allowed-packet': '64M',
    // Names both flavours know, so that a result does not depend on which was found.
    'character-set-server': 'utf8mb4',
    'collation-server': 'utf8mb4_bin',
    'default-time-zone': '+00:00',
    'sql-mode':
      'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    ...(flavour === 'mysql' && { mysqlx: 'OFF' }),
    // MariaDB merges the sorted runs of an index build two by two: with its 1 MiB, 50 million rows are merged ten times.
    ...(flavour === 'mariadb' && size === 'load' && { 'innodb-sort-buffer-size': '32M' }),
  }
}

/** Otherwise a server remembers which pages it held, and reads them again. */
const EMPTY_AT_START = {
  'innodb-buffer-pool-dump-at-shutdown': 'OFF',
  'innodb-buffer-pool-load-at-startup': 'OFF',
} as const
const MOST_CHUNKS = 500

/** MySQL rounds a pool up to whole chunks of 128 MiB each: too coarse for the pool of a small table. */
function poolSettings(flavour: MysqlFlavour, poolBytes: number): Record<string, string> {
  const poolMib = Math.max(SMALLEST_POOL_MIB, Math.round(poolBytes / MIB))
  const size = { 'innodb-buffer-pool-size': `${poolMib}M` }
  if (flavour === 'mariadb' || poolMib % 128 === 0) return size
  const chunkMib = Math.ceil(poolMib / MOST_CHUNKS)
  return { ...size, 'innodb-buffer-pool-chunk-size': `${chunkMib}M`, 'innodb-buffer-pool-instances': '1' }
}

/** A quarter of the memory, from 256 MiB to 4 GiB: services, Elasticsearch and k6 share the machine. */
export function bufferPoolBytes(size: EngineSize, memoryBytes: number): number {
  if (size === 'test') return 256 * MIB
  return clamp(Math.floor(memoryBytes / 4 / (128 * MIB)) * 128 * MIB, 256 * MIB, 4 * GIB)
}

/** Large, so that a bulk load does not wait for checkpoints: 2 GiB, or less where that is over 5 % of the free disk. */
export function redoBytes(size: EngineSize, freeDiskBytes: number): number {
  if (size === 'test') return 96 * MIB
  return clamp(Math.floor((freeDiskBytes * 0.05) / MIB) * MIB, 96 * MIB, 2 * GIB)
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
