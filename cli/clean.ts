// npm run clean: removes the engines' data, after asking.

import { createInterface } from 'node:readline/promises'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { cleanEngines, foldersToClean } from '../engines/clean-engines.ts'
import { runCommand } from './run-command.ts'

interface CleanCommandOptions {
  readonly yes?: true
  readonly all?: true
}

type Answer = 'yes' | 'no' | 'interrupted'

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
    say(folders.length > 0 ? `to be removed:\n  ${folders.join('\n  ')}` : 'there is nothing to remove')
    const answer = options.yes || folders.length === 0 ? 'yes' : await ask(signal)
    if (answer !== 'yes') {
      say('nothing was removed')
      return answer === 'no' ? EXIT_CODES.pass : EXIT_CODES.interrupted
    }
    if (folders.length > 0) await cleanEngines(choice)
    if (json) process.stdout.write(`${JSON.stringify({ removed: folders })}\n`)
    return EXIT_CODES.pass
  },
)

async function ask(signal: AbortSignal): Promise<Answer> {
  if (!process.stdin.isTTY) {
    throw new Refusal({
      what: 'nothing was removed',
      why: ['there is no terminal to ask on'],
      wayOut: 'Say it beforehand:',
      command: 'npm run clean -- --yes',
    })
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Remove them? (y/N) ', { signal })).trim()) ? 'yes' : 'no'
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error
    process.stderr.write('\n') // Ctrl-C and Ctrl-D leave the cursor behind the question
    return 'interrupted'
  } finally {
    terminal.close()
  }
}
