// A command as it is typed, in a process of its own, from its first word to its exit code.

import { execFile } from 'node:child_process'
import { join } from 'node:path'

const CHECKOUT = join(import.meta.dirname, '..')
const MOST_OUTPUT_BYTES = 64 * 2 ** 20

export interface EndedCommand {
  /** null: it was killed. */
  readonly code: number | null
  /** What `--json` printed; null: it was not asked for, or nothing came. */
  // biome-ignore lint/suspicious/noExplicitAny: documents of every shape
  readonly json: any
  /** What it told people. */
  readonly text: string
}

export interface CommandOptions {
  /** Beside that of the test. */
  readonly env?: NodeJS.ProcessEnv
  /** Of the test: it is killed with it. */
  readonly signal?: AbortSignal
}

/** `program`: a file of the checkout, `cli/switch.ts`. */
export function endedCommand(
  program: string,
  words: readonly string[],
  { env, signal }: CommandOptions = {},
): Promise<EndedCommand> {
  const options = { cwd: CHECKOUT, env: { ...process.env, ...env }, maxBuffer: MOST_OUTPUT_BYTES, signal }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], options, (error, stdout, text) => {
      const json = words.includes('--json') ? JSON.parse(stdout || 'null') : null
      resolve({ code: codeOf(error), json, text })
    })
  })
}

function codeOf(error: { readonly code?: number | string | null } | null): number | null {
  if (error === null) return 0
  return typeof error.code === 'number' ? error.code : null
}
