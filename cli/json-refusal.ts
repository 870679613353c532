// What --json prints on stdout where there is no answer: one document with the refusal, or with the fault.

import { EXIT_CODES, type Refusal } from '../contracts/refusal.ts'
import { faultText } from './refusal-text.ts'

export function jsonRefusal({ what, why, wayOut, command, exitCode }: Refusal): string {
  return line({ refusal: { what, why, wayOut, ...(command !== undefined && { command }), exitCode } })
}

export function jsonFault(error: unknown): string {
  return line({ fault: { what: faultText(error), exitCode: EXIT_CODES.fault } })
}

function line(document: object): string {
  return `${JSON.stringify(document)}\n`
}
