// A pid alone proves nothing after a reboot or a wrap-around: a pid with its start time names one process for ever.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in the system's own words: boot id and clock ticks on Linux. */
  readonly startedAt: string
}

/**
 * Undefined when no such process runs. A zombie does not run; but one whose first thread has ended before the others, as in
 * a large server that is killed, still holds its memory and its ports.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identify(pid)?.startedAt === startedAt
}

function startOnLinux(pid: number): string | undefined {
  try {
    // The name, in brackets, may hold spaces: fields count from the last bracket (proc(5): state is 3, num_threads 20, starttime 22).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    const [state] = fields
    if (state === 'X' || (state === 'Z' && Number(fields[20 - 3]) <= 1)) return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[22 - 3]}`
  } catch {
    return undefined
  }
}

function startByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}
