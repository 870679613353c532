// One frame for every npm command: parse the words, run, turn the outcome into a message and an exit code.

import type { Command, OptionValues } from 'commander'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import { asksForJson } from './asks-for-json.ts'
import { onInterrupt } from './interrupt.ts'
import { jsonFault, jsonRefusal } from './json-refusal.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { faultText, refusalText } from './refusal-text.ts'
import { systemRefusal } from './system-refusal.ts'

export interface CommandArguments<Options> {
  readonly options: Options
  /** The declared arguments in their order, parsed. */
  readonly positionals: readonly unknown[]
  /** What was typed, with the flags that npm took put back. */
  readonly words: readonly string[]
}

export interface CommandContext {
  /** Aborted by Ctrl-C, SIGTERM or SIGHUP: stop soon, whatever you return is then reported as 130. */
  readonly signal: AbortSignal
  readonly json: boolean
  /** Runs once at the end, however the command ends; last registered first. */
  onCleanup(cleanup: () => unknown): void
  /** A line for people, on stderr, so that stdout stays one document under --json. */
  say(line: string): void
}

type Describe = (program: Command) => void
type Run<Options> = (args: CommandArguments<Options>, context: CommandContext) => Promise<ExitCode>

/**
 * Runs one command and ends the process.
 * `describe` declares arguments, options (throw commander's `InvalidArgumentError` in their parsers) and examples;
 * `--json` is declared here. Refusals are printed, with --json also as `{ "refusal": … }` on stdout, and a fault of ours
 * as `{ "fault": … }`.
 */
export async function runCommand<Options extends object = OptionValues>(
  name: string,
  describe: Describe,
  run: Run<Options>,
): Promise<never> {
  const cleanups: (() => unknown)[] = []
  const interrupt = onInterrupt((signalName) => sayLine(`${signalName}: stopping, again to force`))
  const argv = process.argv.slice(2)
  let json = asksForJson(name, argv, process.env)
  let exitCode: ExitCode
  try {
    const parsed = parseCommandLine(name, describe, argv, process.env)
    if (parsed.kind === 'help') return await leave(EXIT_CODES.pass)
    json = parsed.options.json === true
    const context: CommandContext = {
      signal: interrupt.signal,
      json,
      onCleanup: (cleanup) => void cleanups.push(cleanup),
      say: sayLine,
    }
    for (const note of parsed.notes) sayLine(note)
    const { positionals, words } = parsed
    const running = run({ options: parsed.options as Options, positionals, words }, context)
    exitCode = await interrupt.orGiveUp(running)
  } catch (error) {
    exitCode = interrupt.signal.aborted ? EXIT_CODES.interrupted : report(name, error, json)
  }
  const cleaned = await runCleanups(cleanups)
  if (interrupt.signal.aborted) exitCode = EXIT_CODES.interrupted
  else if (!cleaned && exitCode === EXIT_CODES.pass) exitCode = EXIT_CODES.fault
  return await leave(exitCode)
}

async function runCleanups(cleanups: (() => unknown)[]): Promise<boolean> {
  let clean = true
  for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
    try {
      await cleanup()
    } catch (error) {
      clean = false
      sayLine(`clean-up failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return clean
}

/** Prints what went wrong and returns the exit code that says so. */
function report(name: string, error: unknown, json: boolean): ExitCode {
  const refusal = error instanceof Refusal ? error : systemRefusal(error)
  if (refusal) {
    process.stderr.write(refusalText(name, refusal))
    if (json) process.stdout.write(jsonRefusal(refusal))
    return refusal.exitCode
  }
  sayLine(`${name}: a fault of ours: ${faultText(error)}`)
  if (process.env.HEADROOM_DEBUG) sayLine(error instanceof Error ? (error.stack ?? error.message) : String(error))
  else sayLine('HEADROOM_DEBUG=1 shows where it happened.')
  if (json) process.stdout.write(jsonFault(error))
  return EXIT_CODES.fault
}

function sayLine(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Ends the process after what was written to stdout has left it (pipes are asynchronous). */
async function leave(exitCode: ExitCode): Promise<never> {
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(exitCode)
}
