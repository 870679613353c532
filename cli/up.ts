// npm run up: engines and the order system in front of them, until `npm run down`.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ENGINE_NAMES } from '../contracts/engines.ts'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { hasMonolith, type SutEndpoint, type Topology } from '../contracts/sut-endpoint.ts'
import { letLive, startProcess, stopProcess } from '../engines/engine-process.ts'
import { tailOf } from '../engines/health.ts'
import { CHECKOUT, openPlace } from '../engines/place.ts'
import { identify } from '../engines/process-identity.ts'
import { startEngines } from '../engines/start-engines.ts'
import { legacyOption, withoutMonolith } from './legacy-option.ts'
import { refuseOtherSetting } from './load-protection.ts'
import { ownSut, readySut } from './own-sut.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { topologyOption } from './topology-option.ts'
import type { SystemChoice } from './with-sut.ts'

const SUT_LIMIT_MS = 90_000
const SUT_STOP_LIMIT_MS = 20_000

await runCommand<{ topology: Topology; legacy?: true }>(
  'up',
  (program) =>
    program
      .description('Start MySQL, Elasticsearch, Redis and the order system. They run until `npm run down`.')
      .addOption(topologyOption())
      .addOption(legacyOption())
      .addHelpText(
        'after',
        '\nExamples:\n  npm run up\n  npm run up -- --topology process-per-service\n  npm run up -- --legacy                  with the monolith beside it\n  HEADROOM_ENGINES=programs npm run up    see docs/engines.md',
      ),
  async ({ options }, context) => {
    const { signal, say, json, onCleanup } = context
    const { stop, wereRunning, ...engines } = await startEngines({ keep: true, signal, say })
    let isUp = false
    // Cut short, nothing stays that was not there before.
    onCleanup(() => isUp || wereRunning || stop())
    say(wereRunning ? 'the engines were running already' : 'the engines are running')
    for (const name of ENGINE_NAMES) say(`${name.padEnd(14)} ${engines[name].version} (${engines[name].origin})`)
    say('addresses and passwords: .headroom/engines.json')
    const { baseUrl, topology } = await keepSut(options, context)
    isUp = true
    say(`the order system (${topology}) answers at ${baseUrl}; npm run down stops everything`)
    // No addresses here: they hold passwords, and stdout ends up in logs.
    const origins = ENGINE_NAMES.map((name) => [name, { version: engines[name].version, origin: engines[name].origin }])
    if (json) {
      process.stdout.write(`${JSON.stringify({ engines: Object.fromEntries(origins), sut: { baseUrl, topology } })}\n`)
    }
    return EXIT_CODES.pass
  },
)

/** The order system that answers already, or one in the background that outlives this command. */
async function keepSut(
  { topology, legacy = false }: SystemChoice,
  { signal, onCleanup }: CommandContext,
): Promise<SutEndpoint> {
  const running = await readySut()
  if (running && legacy && !hasMonolith(running)) throw withoutMonolith(running)
  if (running) refuseOtherSetting(process.env, running)
  if (running?.topology === topology) return running
  if (running) {
    throw new Refusal({
      what: `the order system runs already, as ${running.topology}`,
      why: [`${topology} was asked for`],
      wayOut: 'Stop it first: npm run down',
    })
  }
  // As ourselves: unlike the engines it reads the passwords in .headroom.
  const place = { ...openPlace(), account: undefined }
  const serve = startProcess(place, {
    name: 'sut',
    program: process.execPath,
    words: [join(CHECKOUT, 'bootstrap.mjs'), 'serve', `--topology=${topology}`, ...(legacy ? ['--legacy'] : [])],
  })
  const identity = identify(serve.pid)
  let answers = false
  onCleanup(async () => {
    if (!answers && identity) await stopProcess(place, 'sut', identity, SUT_STOP_LIMIT_MS)
  })
  for (const deadlineMs = Date.now() + SUT_LIMIT_MS; Date.now() < deadlineMs; await sleep(100)) {
    signal.throwIfAborted()
    const ended = serve.ended()
    if (ended) throw notUp(`it ${ended}`, serve.logPath)
    const own = await ownSut()
    if (own.kind !== 'ready') continue
    answers = true
    letLive(serve.pid)
    return own.endpoint
  }
  throw notUp(`it did not answer within ${SUT_LIMIT_MS / 1000} s`, serve.logPath)
}

function notUp(how: string, logPath: string): Refusal {
  return new Refusal({
    what: 'the order system did not start',
    why: [how, ...tailOf(logPath)],
    wayOut: `Its whole log is ${logPath}.`,
    exitCode: EXIT_CODES.fault,
  })
}
