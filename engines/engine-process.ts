// Long-running children: each leads a process group of its own, so that a terminal's Ctrl-C does not hit it and
// stopping it stops whatever it started.

import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeRecord, writeRecord } from './engine-record.ts'
import { tailOf } from './health.ts'
import { makeFolder, type Place } from './place.ts'
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts'
import type { LaunchedServer } from './start-context.ts'

export interface EngineCommand {
  readonly name: string
  readonly program: string
  readonly words: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export interface EngineProcess {
  readonly pid: number
  readonly logPath: string
  /** How it ended, once it has. */
  ended(): string | undefined
}

// Killed on a forced exit; `letLive` takes an engine out that is meant to outlive us.
const mortal = new Map<number, ProcessIdentity>()
process.on('exit', () => {
  for (const identity of mortal.values()) if (isRunning(identity)) killGroup(identity.pid, 'SIGKILL')
})

export function letLive(pid: number): void {
  mortal.delete(pid)
}

export function startProcess(place: Place, { name, program, words, env }: EngineCommand): EngineProcess {
  const logPath = logPathOf(place, name)
  const log = openSync(logPath, 'w', 0o600)
  const child = spawn(program, [...words], {
    cwd: place.home,
    detached: true,
    stdio: ['ignore', log, log],
    env: env ?? process.env,
    ...place.account,
  })
  closeSync(log)
  let ended: string | undefined
  child.on('exit', (code, signalName) => {
    ended = signalName ? `was ended by ${signalName}` : `ended with exit code ${code}`
  })
  child.on('error', (error) => {
    ended = `could not be started: ${error.message}`
  })
  child.unref()
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (identity) {
    mortal.set(identity.pid, identity)
    writeRecord(place, { kind: 'process', name, ...identity })
  }
  return { pid: child.pid ?? 0, logPath, ended: () => ended }
}

export function launchedProcess(
  { pid, logPath, ended }: EngineProcess,
  url: string,
  socketPath?: string,
): LaunchedServer {
  return { url, pid, ended, tail: () => tailOf(logPath), ...(socketPath && { socketPath }) }
}

export function logPathOf({ home }: Place, name: string): string {
  const folder = join(home, 'logs')
  makeFolder(folder)
  return join(folder, `${name}.log`)
}

/** Stops a recorded process and its group; a pid that now belongs to somebody else is left alone. */
export async function stopProcess(
  place: Place,
  name: string,
  identity: ProcessIdentity,
  limitMs: number,
): Promise<void> {
  const group = () => (isRunning(identity) ? true : hasOrphans(place, identity))
  if (group()) killGroup(identity.pid, 'SIGTERM')
  for (let waitedMs = 0; group(); waitedMs += 50) {
    if (waitedMs >= limitMs) killGroup(identity.pid, 'SIGKILL')
    await sleep(50)
  }
  mortal.delete(identity.pid)
  removeRecord(place, name)
}

/** As a power cut would: without a word. */
export async function killProcess(place: Place, name: string, identity: ProcessIdentity): Promise<void> {
  killGroup(identity.pid, 'SIGKILL')
  while (isRunning(identity)) await sleep(20)
  mortal.delete(identity.pid)
  removeRecord(place, name)
}

/**
 * Whether the leader is gone but children of it run on (Elasticsearch's launcher killed, its server not).
 * A pid is not given out again while a group carries it; the home folder on the command line makes sure.
 */
function hasOrphans({ home }: Place, { pid }: ProcessIdentity): boolean {
  if (identify(pid) || !existsSync('/proc/self/stat')) return false
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .some((entry) => {
      try {
        const [state, , processGroup] = readFileSync(`/proc/${entry}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ')
        if (Number(processGroup) !== pid || state === 'Z') return false
        return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(home)
      } catch {
        return false // it ended while we looked
      }
    })
}

function killGroup(pid: number, signalName: NodeJS.Signals): void {
  try {
    process.kill(-pid, signalName)
  } catch {
    // it has ended already
  }
}
