// One k6 process: started in its own process group, watched, and never left behind.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { type GeneratorPlaceName, generatorPlace, USUAL_PLACE } from './generator-place.ts'

const SCENARIOS = join(import.meta.dirname, '..', 'scenarios')
/** After SIGINT k6 still writes its summary; after this it is killed. */
const STOP_GRACE_MS = 3000
const LOG_TAIL_CHARACTERS = 4000

export interface K6Request {
  readonly program: string
  /** An entry file of scenarios/, without its ending; or a bundle, as an absolute path. */
  readonly script: string
  /** What the scenario reads from `__ENV`. Passed in the environment, not as `-e`: arguments are for all to see. */
  readonly settings: Readonly<Record<string, string>>
  /** Further words, and what they are told by the environment. */
  readonly extraWords?: readonly string[]
  readonly extraEnvironment?: Readonly<Record<string, string>>
  readonly place?: GeneratorPlaceName
  readonly journalPath: string
  readonly logPath: string
  /** k6 can hang before its first request: no process outlives this. */
  readonly timeoutSeconds: number
}

export interface K6Exit {
  /** null: killed. */
  readonly exitCode: number | null
  readonly timedOut: boolean
  readonly stopped: boolean
  /** The end of what k6 printed. */
  readonly log: string
}

export interface K6Process {
  readonly pid: number
  readonly exited: Promise<K6Exit>
  stop(): void
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) killGroup(child, 'SIGKILL')
})

export function startK6(request: K6Request): K6Process {
  const log = openSync(request.logPath, 'w')
  const place = generatorPlace(request.place ?? USUAL_PLACE)
  const [program, ...words] = [...place.words, request.program, ...argumentsOf(request)] as [string, ...string[]]
  const child = spawn(program, words, {
    cwd: SCENARIOS,
    env: { ...cleanEnvironment(), ...place.environment, ...request.extraEnvironment, ...request.settings },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  running.add(child)
  let timedOut = false
  let stopped = false
  const stop = () => {
    killGroup(child, 'SIGINT')
    setTimeout(() => killGroup(child, 'SIGKILL'), STOP_GRACE_MS).unref()
  }
  const watchdog = setTimeout(() => {
    timedOut = true
    killGroup(child, 'SIGKILL')
  }, request.timeoutSeconds * 1000)

  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  }).finally(() => {
    clearTimeout(watchdog)
    running.delete(child)
  })
  return {
    pid: child.pid ?? -1,
    exited: exited.then(async (exitCode) => ({ exitCode, timedOut, stopped, log: await logTail(request.logPath) })),
    stop: () => {
      stopped = true
      stop()
    },
  }
}

// No --vus, --duration or --iterations: any of them replaces the script's scenarios altogether (grafana/k6#5794).
function argumentsOf({ script, journalPath, extraWords = [] }: K6Request): string[] {
  const journal = ['--console-output', journalPath, '--log-format', 'raw']
  const file = isAbsolute(script) ? script : join(SCENARIOS, `${script}.ts`)
  return ['run', '--quiet', '--no-color', '--no-usage-report', ...journal, ...extraWords, file]
}

/** Without K6_*, HTTP_PROXY and the like: nothing outside the request may change what is measured. */
function cleanEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
  const values = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  return { ...Object.fromEntries(values), K6_AUTO_EXTENSION_RESOLUTION: 'false', K6_NO_USAGE_REPORT: 'true' }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Gone between the check and the kill.
  }
}

async function logTail(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).slice(-LOG_TAIL_CHARACTERS)
}
