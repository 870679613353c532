// npm run up: engines and the order system in front of them, until `npm run down`.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Option } from 'commander'
import { ENGINE_NAMES } from '../contracts/engines.ts'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { SUT_ENDPOINT_FILE, type SutEndpoint, TOPOLOGIES, type Topology } from '../contracts/sut-endpoint.ts'
import { letLive, startProcess } from '../engines/engine-process.ts'
import { tailOf } from '../engines/health.ts'
import { CHECKOUT, openPlace } from '../engines/place.ts'
import { startEngines } from '../engines/start-engines.ts'
import { type CommandContext, runCommand } from './run-command.ts'

const SUT_LIMIT_MS = 90_000

await runCommand<{ topology: Topology }>(
  'up',
  (program) =>
    program
      .description('Start MySQL, Elasticsearch, Redis and the order system. They run until `npm run down`.')
      .addOption(
        new Option('--topology <topology>', 'one Node process for all services, or one for each')
          .choices(TOPOLOGIES)
          .default(TOPOLOGIES[0]),
      )
      .addHelpText(
        'after',
        '\nExamples:\n  npm run up\n  npm run up -- --topology process-per-service\n  HEADROOM_ENGINES=programs npm run up    # docs/engines.md',
      ),
  async ({ options }, context) => {
    const { signal, say, json } = context
    const { stop: _stop, wereRunning, ...engines } = await startEngines({ keep: true, signal, say })
    say(wereRunning ? 'the engines were running already' : 'the engines are running')
    for (const name of ENGINE_NAMES) say(`${name.padEnd(14)} ${engines[name].version} (${engines[name].origin})`)
    say('addresses and passwords: .headroom/engines.json')
    const { baseUrl, topology } = await keepSut(options.topology, context)
    say(`the order system (${topology}) answers at ${baseUrl}; npm run down stops everything`)
    if (json) process.stdout.write(`${JSON.stringify({ engines, sut: { baseUrl, topology } })}\n`)
    return EXIT_CODES.pass
  },
)

/** The order system that answers already, or one in the background that outlives this command. */
async function keepSut(topology: Topology, { signal }: CommandContext): Promise<SutEndpoint> {
  const file = join(CHECKOUT, '.headroom', SUT_ENDPOINT_FILE)
  if (existsSync(file)) {
    const running = JSON.parse(readFileSync(file, 'utf8')) as SutEndpoint
    if (await answers(running)) {
      if (running.topology === topology) return running
      throw new Refusal({
        what: `the order system runs already, as ${running.topology}`,
        why: [`${topology} was asked for`],
        wayOut: 'Stop it first: npm run down',
      })
    }
  }
  // As ourselves: unlike the engines it reads the passwords in .headroom.
  const place = { ...openPlace(), account: undefined }
  const serve = startProcess(place, {
    name: 'sut',
    program: process.execPath,
    words: [join(CHECKOUT, 'bootstrap.mjs'), 'serve', `--topology=${topology}`],
  })
  for (let waitedMs = 0; waitedMs < SUT_LIMIT_MS; waitedMs += 100) {
    signal.throwIfAborted()
    const ended = serve.ended()
    if (ended) throw notUp(`it ${ended}`, serve.logPath)
    const endpoint = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SutEndpoint) : undefined
    if (endpoint && (await answers(endpoint))) {
      letLive(serve.pid)
      return endpoint
    }
    await sleep(100)
  }
  throw notUp(`it did not answer within ${SUT_LIMIT_MS / 1000} s`, serve.logPath)
}

async function answers({ baseUrl }: SutEndpoint): Promise<boolean> {
  try {
    return (await fetch(`${baseUrl}/healthz`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}

function notUp(how: string, logPath: string): Refusal {
  return new Refusal({
    what: 'the order system did not start',
    why: [how, ...tailOf(logPath)],
    wayOut: `Its whole log is ${logPath}; the engines run on (npm run down stops them).`,
    exitCode: EXIT_CODES.fault,
  })
}
