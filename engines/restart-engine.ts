// A crash and a restart, for drills: the same program with the same words, on the data that it left behind.

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../contracts/refusal.ts'
import { startProcess } from './engine-process.ts'
import { readRecords } from './engine-record.ts'
import type { Place } from './place.ts'
import { isRunning } from './process-identity.ts'

const DEATH_LIMIT_MS = 10_000

/** Of the engines that run as processes here (Linux). Returns when the new process is started, not when it is ready. */
export async function crashAndRestart(place: Place, name: string): Promise<void> {
  const record = readRecords(place).find((one) => one.name === name)
  if (record?.kind !== 'process' || process.platform !== 'linux') throw notOurs(name)
  const [program = '', ...words] = stringsOf(`/proc/${record.pid}/cmdline`)
  const env = Object.fromEntries(stringsOf(`/proc/${record.pid}/environ`).map(splitAtEquals))
  process.kill(record.pid, 'SIGKILL')
  for (let waitedMs = 0; isRunning(record); waitedMs += 20) {
    if (waitedMs > DEATH_LIMIT_MS) throw new Error(`process ${record.pid} survives SIGKILL`)
    await sleep(20)
  }
  startProcess(place, { name, program, words, env })
}

function stringsOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\0').filter(Boolean)
}

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}

function notOurs(name: string): Refusal {
  return new Refusal({
    what: `${name} cannot be crashed and restarted here`,
    why: ['it is no process that this checkout started on Linux'],
    wayOut: 'Leave that fault out, or use engines of this checkout: npm run down, then HEADROOM_ENGINES=programs.',
  })
}
