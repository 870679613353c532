// What this machine has, as far as engines are sized by it.

import { statfsSync } from 'node:fs'
import { totalmem } from 'node:os'

/** Physical memory, or the container's limit when that is lower. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

/** What an ordinary user may still write. */
export function freeDiskBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
