// `npm test`: brings what the tests need, then runs them lane by lane: what needs no engine, what holds a load, the other
// integration tests on the engines of this machine, and in containers where a Docker daemon answers.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { Option } from 'commander'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { chromium } from '../engines/chromium.ts'
import { removeState } from '../engines/clean-engines.ts'
import { dockerVersion, hasCompose, hasImage, pullImage } from '../engines/docker.ts'
import { CHECKOUT, openPlace, STATE, STATE_FOLDER } from '../engines/place.ts'
import { surveyMachine } from '../engines/survey.ts'
import { VERSIONS } from '../engines/versions.ts'
import { type CommandContext, runCommand } from './run-command.ts'

const LANES = ['unit', 'load', 'local', 'containers'] as const
type LaneName = (typeof LANES)[number]

interface Lane {
  readonly name: string
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

const RESULTS = join(STATE, 'test-results')
const CONTAINER_IMAGES = [VERSIONS.images.mysql, VERSIONS.images.elasticsearch, VERSIONS.images.redis]

await runCommand<{ lane?: LaneName }>(
  'test',
  (program) => {
    program
      .description('Run the tests. Words after -- go to vitest: a file name, -t PATTERN, …')
      .argument('[words...]', 'what vitest is given')
      .addOption(
        new Option(
          '--lane <lane>',
          'one lane only: unit needs no engine, load wants the machine for itself (default: all that this machine can run)',
        ).choices(LANES),
      )
      .allowUnknownOption()
      .addHelpText('after', '\nExamples:\n  npm test\n  npm test -- --lane unit\n  npm test -- contracts/shard.test.ts')
  },
  async ({ options, positionals }, context) => {
    // A file name is in one lane only: the other one then has nothing to run, and that is no failure.
    const named = (positionals[0] as string[] | undefined) ?? []
    const words = named.length > 0 ? ['--passWithNoTests', ...named] : []
    const lanes = await lanesOf(options.lane, words, context)
    mkdirSync(RESULTS, { recursive: true })
    const done: { readonly lane: string; readonly passed: boolean }[] = []
    for (const lane of lanes) {
      context.say(`== ${lane.name}`)
      done.push({ lane: lane.name, passed: await passes(lane, context.signal) })
      context.signal.throwIfAborted()
    }
    if (context.json) process.stdout.write(`${JSON.stringify({ lanes: done })}\n`)
    return done.every(({ passed }) => passed) ? EXIT_CODES.pass : EXIT_CODES.fault
  },
)

async function lanesOf(only: LaneName | undefined, words: readonly string[], context: CommandContext): Promise<Lane[]> {
  const unit: Lane = { name: 'unit', words: ['--project', 'unit', ...words], env: {} }
  if (only === 'unit') return [unit]
  const { say } = context
  const missing = only === 'containers' ? [] : await missingPrograms()
  const isLocal = only !== 'containers' && missing.length === 0
  const isOnProgramsOnly = only === 'local' || (only === 'load' && isLocal)
  const obstacle = isOnProgramsOnly ? undefined : await containerObstacle(context)
  const isContainers = !isOnProgramsOnly && obstacle === undefined
  if (!isLocal && !isContainers) throw noEngines(missing, obstacle)
  if (isContainers && !(await hasCompose())) say('not run: docker compose: this Docker has no such plugin')
  const env = await browserEnvironment(context)
  const inContainers = { ...env, HEADROOM_TEST_ENGINES: 'containers' }
  const place = `in containers (${VERSIONS.images.mysql})`
  const load: Lane = {
    name: `load ${isLocal ? 'on local engines' : place}`,
    words: ['--project', 'load', ...words],
    env: isLocal ? env : inContainers,
  }
  const integration = ['--project', 'integration', ...words]
  const shared = only === undefined && isLocal && isContainers ? { HEADROOM_TEST_BOTH_LANES: '1' } : {}
  const local: Lane = { name: 'integration on local engines', words: integration, env: { ...env, ...shared } }
  const containers: Lane = {
    name: `integration ${place}`,
    words: integration,
    env: { ...inContainers, ...shared },
  }
  if (only === 'load') return [load]
  if (only === 'local') return [local]
  if (only === 'containers') return [containers]
  if (!isLocal) for (const line of missing) say(`not run: ${local.name}: ${line}`)
  say(isContainers ? `to be run: ${containers.name}` : `not run: ${containers.name}: ${obstacle}`)
  return [unit, load, ...(isLocal ? [local] : []), ...(isContainers ? [containers] : [])]
}

/** What the local lane needs, and this machine can neither find nor fetch. */
async function missingPrograms(): Promise<string[]> {
  const { engines } = await surveyMachine({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    HEADROOM_ENGINES: 'programs',
  })
  return engines.flatMap(({ engine, origin, detail }) => (origin ? [] : [`${engine}: ${detail}`]))
}

/** The report is tested in a browser where there is one. */
async function browserEnvironment({ say, signal }: CommandContext): Promise<NodeJS.ProcessEnv> {
  try {
    const browser = await chromium({ place: openPlace(), env: process.env, say, signal })
    return { ...browser.env, HEADROOM_CHROMIUM: browser.path }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    say(`not run: the report in a browser: ${error.what}`)
    return {}
  }
}

function noEngines(missing: readonly string[], containerObstacle: string | undefined): Refusal {
  return new Refusal({
    what: 'the integration tests have no engines to run on',
    why: [...missing, ...(containerObstacle ? [`in containers: ${containerObstacle}`] : [])],
    wayOut: 'npm run doctor says how to get them; what needs none runs with: npm test -- --lane unit',
  })
}

async function containerObstacle({ say, signal }: CommandContext): Promise<string | undefined> {
  if (!(await dockerVersion(process.env))) return 'no Docker daemon answers'
  for (const image of CONTAINER_IMAGES) {
    if (!(await hasImage(image)) && !(await pullImage({ say, signal }, image, false))) return `no image ${image}`
  }
  return undefined
}

function passes(lane: Lane, signal: AbortSignal): Promise<boolean> {
  const file = join(RESULTS, `${lane.name.replace(/[^a-z0-9]+/gi, '-')}.json`)
  const words = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const compileCache = module.getCompileCacheDir?.()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), ...words, ...lane.words], {
      cwd: CHECKOUT,
      // A group of its own: a terminal's Ctrl-C would end vitest before what its workers have started can be found.
      detached: true,
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, ...(compileCache && { NODE_COMPILE_CACHE: compileCache }), ...lane.env },
    })
    const tell = (name: NodeJS.Signals) => signalGroup(child.pid, name)
    const stop = () => tell('SIGINT')
    signal.addEventListener('abort', stop)
    child.on('error', reject)
    child.on('exit', (code) => {
      signal.removeEventListener('abort', stop)
      if (!signal.aborted) return resolve(code === 0)
      tell('SIGKILL')
      // vitest ends at once, and its set-up has not stopped the engines.
      removeState(`${STATE_FOLDER}/test-${child.pid}`).then(() => resolve(false), reject)
    })
  })
}

function signalGroup(leader: number | undefined, name: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, name)
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
