// npm run up: engines that stay until `npm run down`.

import { EXIT_CODES } from '../contracts/refusal.ts'
import { startEngines } from '../engines/start-engines.ts'
import { runCommand } from './run-command.ts'

await runCommand(
  'up',
  (program) =>
    program
      .description('Start MySQL, Elasticsearch and Redis, find nginx and k6. They run until `npm run down`.')
      .addHelpText('after', '\nExamples:\n  npm run up\n  HEADROOM_ENGINES=programs npm run up    # docs/engines.md'),
  async (_args, { signal, say, json }) => {
    const { stop: _stop, wereRunning, ...engines } = await startEngines({ keep: true, signal, say })
    say(wereRunning ? 'the engines were running already' : 'the engines are running; npm run down stops them')
    for (const name of ['mysql', 'elasticsearch', 'redis', 'nginx', 'k6'] as const) {
      const engine = engines[name]
      say(`${name.padEnd(14)} ${engine.version} (${engine.origin})`)
    }
    say('addresses and passwords: .headroom/engines.json')
    if (json) process.stdout.write(`${JSON.stringify(engines)}\n`)
    return EXIT_CODES.pass
  },
)
