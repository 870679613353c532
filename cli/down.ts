// npm run down: stops what `npm run up` started.

import { EXIT_CODES } from '../contracts/refusal.ts'
import { stopEngines } from '../engines/stop-engines.ts'
import { runCommand } from './run-command.ts'

await runCommand(
  'down',
  (program) =>
    program
      .description('Stop the engines and services of this checkout. What it did not start is left alone; data stays.')
      .addHelpText('after', '\nnpm run clean removes the data too.'),
  async (_args, { say, json }) => {
    const stopped = await stopEngines()
    say(stopped.length > 0 ? `stopped ${stopped.join(', ')}` : 'nothing of this checkout was running')
    if (json) process.stdout.write(`${JSON.stringify({ stopped })}\n`)
    return EXIT_CODES.pass
  },
)
