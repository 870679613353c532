// A copy of the working tree as a fresh clone would have it, with the packages and programs that are already fetched.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { CHECKOUT, openPlace } from '../engines/place.ts'

export interface CheckoutCopy {
  readonly folder: string
  /** Command lines of processes that work in or for this copy. */
  processes(): readonly string[]
  remove(): void
}

export function copyCheckout(): CheckoutCopy {
  // Where the engines' own account may enter; the tests' temporary folder may be private.
  const folder = mkdtempSync('/var/tmp/headroom-copy-')
  execFileSync('chmod', ['755', folder])
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
  })
  for (const file of files.split('\n').filter((name) => name !== '' && existsSync(join(CHECKOUT, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(CHECKOUT, file), join(folder, file))
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, '.headroom'))
  symlinkSync(openPlace().cache, join(folder, '.headroom/cache'))
  return {
    folder,
    processes: () => processesOf(folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        const workingFolder = readlinkSync(`/proc/${pid}/cwd`)
        return words.includes(folder) || workingFolder.startsWith(folder) ? [`${pid} ${words}`] : []
      } catch {
        return [] // it ended while we looked
      }
    })
}
