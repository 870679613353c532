// Runs a program that does one thing and ends: with a time limit, and stopped with all its children when we are.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Account } from './account.ts'

export interface ToolOptions {
  readonly limitMs: number
  readonly signal?: AbortSignal
  readonly account?: Account | undefined
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Given to the program on its standard input. */
  readonly input?: string
}

export class ToolFailure extends Error {
  override readonly name = 'ToolFailure'
  /** The last lines the program printed. */
  readonly tail: readonly string[]

  constructor(message: string, output: string) {
    super(message)
    this.tail = output.trimEnd().split('\n').slice(-12)
  }
}

const running = new Set<ChildProcess>()
// A forced exit (second Ctrl-C, a crash of ours) must not leave a download or a build behind.
process.on('exit', () => {
  for (const child of running) killGroup(child, 'SIGKILL')
})

/** Resolves with what the program printed on stdout. */
export function runTool(program: string, words: readonly string[], options: ToolOptions): Promise<string> {
  const { limitMs, signal, account, env, cwd = '/', input } = options
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...words], {
      cwd,
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: env ?? process.env,
      ...account,
    })
    running.add(child)
    let stdout = ''
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      output += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stdin?.on('error', () => {}) // a program that does not read its input still ends with an exit code
    child.stdin?.end(input)

    let late = false
    const limit = setTimeout(() => {
      late = true
      killGroup(child, 'SIGKILL')
    }, limitMs)
    const stop = () => killGroup(child, 'SIGKILL')
    signal?.addEventListener('abort', stop)
    const finish = () => {
      running.delete(child)
      clearTimeout(limit)
      signal?.removeEventListener('abort', stop)
    }
    child.on('error', (error) => {
      finish()
      reject(error)
    })
    child.on('close', (code, signalName) => {
      finish()
      if (signal?.aborted) reject(signal.reason)
      else if (code === 0) resolve(stdout)
      else if (late) reject(new ToolFailure(`${program} took longer than ${limitMs / 1000} s`, output))
      else reject(new ToolFailure(`${program} ended with ${signalName ?? `exit code ${code}`}`, output))
    })
  })
}

function killGroup(child: ChildProcess, signalName: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signalName)
  } catch {
    // it has ended already
  }
}
