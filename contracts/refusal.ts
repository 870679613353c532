// An expected "no": what happened, why, and the way out. Thrown anywhere, printed without a stack trace by cli/run-command.ts.

import type { Verdict } from './capacity.ts'

/** Exit codes of every command. 99 is k6's own code for crossed thresholds, kept so CI scripts need one table. */
export const EXIT_CODES = {
  pass: 0,
  fault: 1,
  usage: 2,
  invalid: 3,
  verificationFailed: 4,
  atRisk: 5,
  fail: 99,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

export const EXIT_CODE_OF: Readonly<Record<Verdict, ExitCode>> = {
  PASS: EXIT_CODES.pass,
  'AT RISK': EXIT_CODES.atRisk,
  FAIL: EXIT_CODES.fail,
  INVALID: EXIT_CODES.invalid,
}

export interface RefusalDetails {
  /** One sentence: what was refused. */
  readonly what: string
  /** Why, with the figures that decided it. One line per mistake. */
  readonly why: readonly string[]
  /** What the user can do about it: a command or a setting. */
  readonly wayOut: string
  /** A command of more than two words, to be copied: it is printed on a line of its own and never wrapped. */
  readonly command?: string
  readonly exitCode?: ExitCode
}

/** Thrown for mistakes of the user or the environment, never for bugs of ours. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly what: string
  readonly why: readonly string[]
  readonly wayOut: string
  readonly command: string | undefined
  readonly exitCode: ExitCode

  constructor(details: RefusalDetails) {
    super(`${details.what}: ${details.why.join('; ')}`)
    this.what = details.what
    this.why = details.why
    this.wayOut = details.wayOut
    this.command = details.command
    this.exitCode = details.exitCode ?? EXIT_CODES.usage
  }
}

/** As a report carries what would be refused, were it done. */
export function detailsOf({ what, why, wayOut }: Refusal): RefusalDetails {
  return { what, why, wayOut }
}
