// One Node process of the SUT as a child: started, waited for, stopped; it stops by itself when we are gone.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import type { Role } from './config.ts'
import type { ListeningMessage } from './main.ts'

export interface ServiceProcess {
  readonly role: Role
  readonly pid: number
  readonly port: number
  readonly logPath: string
  /** Undefined while it runs. */
  ended(): string | undefined
  stop(): Promise<void>
}

export interface ServiceProcessOptions {
  readonly role: Role
  readonly environment: Readonly<Record<string, string>>
  readonly logFolder: string
  readonly signal: AbortSignal
}

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 12_000
const LOG_TAIL_LINES = 12
const PROJECT = fileURLToPath(new URL('..', import.meta.url))

// A forced exit runs no clean-up of ours; children see the closed channel and stop, and this makes it certain.
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Resolves once the process answers requests. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { role, environment, logFolder, signal } = options
  signal.throwIfAborted()
  const logPath = join(logFolder, `sut-${role}.log`)
  mkdirSync(logFolder, { recursive: true })
  const log = openSync(logPath, 'w', 0o600)
  // A process group of its own: the terminal's Ctrl-C reaches us, and we stop it in order.
  const compileCache = module.getCompileCacheDir?.()
  const child = spawn(process.execPath, ['sut/main.ts', '--role', role], {
    cwd: PROJECT,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    // Nine processes of one system compile the same modules.
    env: { ...(compileCache && { NODE_COMPILE_CACHE: compileCache }), ...environment },
  })
  closeSync(log)
  running.add(child)
  let ended: string | undefined
  const end = new Promise<void>((resolve) => {
    const over = (how: string) => {
      ended ??= how
      running.delete(child)
      resolve()
    }
    child.on('exit', (code, signalName) =>
      over(signalName ? `was ended by ${signalName}` : `ended with exit code ${code}`),
    )
    child.on('error', (error) => over(`could not be started: ${error.message}`))
  })
  const stop = () => stopChild(child, end)
  try {
    const port = await listeningPort(child, end, signal)
    return { role, pid: child.pid ?? 0, port, logPath, ended: () => ended, stop }
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw notStarted(role, ended ?? String(error instanceof Error ? error.message : error), logPath)
  }
}

function listeningPort(child: ChildProcess, end: Promise<void>, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`did not answer within ${START_LIMIT_MS / 1000} s`)),
      START_LIMIT_MS,
    )
    const settle = (outcome: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      outcome()
    }
    const aborted = () => settle(() => reject(signal.reason))
    signal.addEventListener('abort', aborted)
    child.on('message', (message: ListeningMessage) => settle(() => resolve(message.port)))
    void end.then(() => settle(() => reject(new Error('it ended'))))
  })
}

/** Asks for a drain first. */
async function stopChild(child: ChildProcess, end: Promise<void>): Promise<void> {
  if (!running.has(child)) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await end
  clearTimeout(timer)
}

function notStarted(role: Role, how: string, logPath: string): Refusal {
  const tail = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).filter(Boolean)
  return new Refusal({
    what: `the order system's ${role} process did not start`,
    why: [`it ${how}`, ...(tail.length > 0 ? [`the end of its log:\n${tail.join('\n')}`] : [])],
    wayOut: `Its whole log is ${logPath}; npm run doctor shows what the engines need.`,
    exitCode: EXIT_CODES.fault,
  })
}
