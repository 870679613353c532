// k6 prints to one place, and there the journal is: what a script of one's own prints becomes a comment in it. k6 puts the
// console that prints there in place after the script was loaded, so it is taken at the beginning of every turn.

import { journalComment } from '../../contracts/journal.ts'

const LEVELS = ['log', 'info', 'debug', 'warn', 'error'] as const
const comments = Object.fromEntries(LEVELS.map((level) => [level, comment]))
let k6Console = console

/** Once per virtual user; later calls cost a comparison. */
export function takeConsole(): void {
  if ((console as unknown) === comments) return
  k6Console = console
  Object.assign(globalThis, { console: comments })
}

export function writeJournal(line: string): void {
  k6Console.log(line)
}

function comment(...values: readonly unknown[]): void {
  const text = values.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))))
  writeJournal(journalComment(text.join(' ')))
}
