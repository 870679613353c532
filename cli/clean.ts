// npm run clean: removes the engines' data, after asking.

import { createInterface } from 'node:readline/promises'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { cleanEngines, foldersToClean } from '../engines/clean-engines.ts'
import { runCommand } from './run-command.ts'

interface CleanCommandOptions {
  readonly yes?: true
  readonly all?: true
}

await runCommand<CleanCommandOptions>(
  'clean',
  (program) =>
    program
      .description(
        'Stop the engines and remove their data: orders, search index, logs, passwords. Runs and reports stay.',
      )
      .option('-y, --yes', 'do not ask')
      .option('--all', 'also remove the fetched programs: the next start takes minutes again')
      .addHelpText('after', '\nExamples:\n  npm run clean\n  npm run clean -- --all --yes'),
  async ({ options }, { say, json, signal }) => {
    const choice = { programs: options.all === true }
    const folders = foldersToClean(choice)
    say(folders.length > 0 ? `to be removed:\n  ${folders.join('\n  ')}` : 'there is nothing on disk to remove')
    if (!options.yes && !(await confirmed(signal))) {
      say('nothing was removed')
      return EXIT_CODES.pass
    }
    await cleanEngines(choice)
    if (json) process.stdout.write(`${JSON.stringify({ removed: folders })}\n`)
    return EXIT_CODES.pass
  },
)

async function confirmed(signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Refusal({
      what: 'nothing was removed',
      why: ['there is no terminal to ask on'],
      wayOut: 'Say it beforehand: npm run clean -- --yes',
    })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Remove them? (y/N) ', { signal })).trim())
  } finally {
    terminal.close()
  }
}
