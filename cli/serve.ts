// The order system in front of the engines that run already, until it is told to stop. `npm run up` keeps one of these
// in the background.

import { once } from 'node:events'
import { Option } from 'commander'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { TOPOLOGIES, type Topology } from '../contracts/sut-endpoint.ts'
import { readEngines } from '../engines/engines-file.ts'
import { runCommand } from './run-command.ts'
import { withSut } from './with-sut.ts'

await runCommand<{ topology: Topology }>(
  'serve',
  (program) =>
    program
      .description('Run the order system in the foreground, in front of the engines of `npm run up`. Ctrl-C stops it.')
      .addOption(
        new Option('--topology <topology>', 'one Node process for all services, or one for each')
          .choices(TOPOLOGIES)
          .default(TOPOLOGIES[0]),
      ),
  async ({ options }, context) => {
    await withSut(readEngines(), options.topology, context, async () => {
      // A pending promise alone keeps no process alive.
      const alive = setInterval(() => {}, 60_000)
      await once(context.signal, 'abort')
      clearInterval(alive)
    })
    return EXIT_CODES.pass
  },
)
