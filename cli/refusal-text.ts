// A refusal or a fault as a person reads it in 80 columns.

import type { Refusal } from '../contracts/refusal.ts'
import { wrap } from './wrap-text.ts'

export function refusalText(name: string, { what, why, wayOut, command }: Refusal): string {
  const lines = [
    ...wrap(`${name}: ${what}`, ''),
    ...why.flatMap((reason) => wrap(`- ${reason}`, '    ', '  ')),
    ...wrap(wayOut, '  ', '  '),
    // Copied and pasted as it stands: broken in the middle its first half would run.
    ...(command === undefined ? [] : [`    ${command}`]),
  ]
  return `${lines.join('\n')}\n`
}

/** One line for an error that nobody expected: its name, and the first thing said about it. */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const said = [error.message.trim(), causeText(error.cause), frameOf(error)].find((text) => text !== '')
  return said === undefined ? error.name : `${error.name}: ${said.split('\n')[0]}`
}

function causeText(cause: unknown): string {
  if (cause === undefined || cause === null) return ''
  return cause instanceof Error ? cause.message.trim() || cause.name : String(cause)
}

function frameOf({ stack }: Error): string {
  return (
    stack
      ?.split('\n')
      .find((line) => line.startsWith('    at '))
      ?.trim() ?? ''
  )
}
