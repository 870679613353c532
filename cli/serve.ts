// The order system in front of the engines that run already, until it is told to stop. `npm run up` keeps one of these
// in the background.

import { once } from 'node:events'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import type { Topology } from '../contracts/sut-endpoint.ts'
import { readEngines } from '../engines/engines-file.ts'
import { legacyOption } from './legacy-option.ts'
import { readySut } from './own-sut.ts'
import { runCommand } from './run-command.ts'
import { topologyOption } from './topology-option.ts'
import { withSut } from './with-sut.ts'

await runCommand<{ topology: Topology; legacy?: true }>(
  'serve',
  (program) =>
    program
      .description('Run the order system in the foreground, in front of the engines of `npm run up`. Ctrl-C stops it.')
      .addOption(topologyOption())
      .addOption(legacyOption()),
  async ({ options }, context) => {
    const engines = readEngines()
    const running = await readySut()
    if (running) {
      throw new Refusal({
        what: 'the order system of this checkout runs already',
        why: [`it answers at ${running.baseUrl}, as ${running.topology}`],
        wayOut: 'Use that one, or stop it first: npm run down',
      })
    }
    await withSut(engines, options, context, async ({ baseUrl, topology }) => {
      if (context.json) process.stdout.write(`${JSON.stringify({ baseUrl, topology })}\n`)
      // A pending promise alone keeps no process alive.
      const alive = setInterval(() => {}, 60_000)
      await once(context.signal, 'abort')
      clearInterval(alive)
    })
    return EXIT_CODES.pass
  },
)
