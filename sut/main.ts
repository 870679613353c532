// One process of the SUT: `node sut/main.ts --role all`. Everything else comes from the environment.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { type Config, ROLES, type Role, readConfig } from './config.ts'
import { Parts } from './part.ts'
import { buildRole } from './roles.ts'
import { causeOf } from './telemetry/cause.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'

/** Told to a parent process over IPC once requests are answered. */
export interface ListeningMessage {
  readonly kind: 'listening'
  readonly port: number
}

const STOP_LIMIT_MS = 10_000
const CLOSE_IDLE_EVERY_MS = 100

function roleOfArguments(): Role {
  const { values } = parseArgs({ options: { role: { type: 'string', default: 'all' } } })
  const role = ROLES.find((name) => name === values.role)
  if (role) return role
  throw new Refusal({
    what: `unknown role "${values.role}"`,
    why: [`the roles are ${ROLES.join(', ')}`],
    wayOut: 'Start it as: node sut/main.ts --role all',
  })
}

async function run(config: Config, logger: Logger): Promise<void> {
  const parts = new Parts()
  stopOnSignal(parts, logger)
  const metrics = new Metrics()
  const server = await buildRole({ config, logger, metrics, parts, version: packageVersion() })
  await server.listen({ host: config.host, port: config.port })
  parts.add({ stage: 'requests', stop: () => answerAndClose(server) })
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  logger.info({ host: config.host, port }, 'listening')
  process.send?.({ kind: 'listening', port } satisfies ListeningMessage)
}

/** Whoever keeps its connection is waited for until its answer, and no longer: it falls idle after the others were closed. */
async function answerAndClose(server: FastifyInstance): Promise<void> {
  const timer = setInterval(() => server.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  await server.close().finally(() => clearInterval(timer))
}

/** SIGTERM, Ctrl-C, or the parent gone: answer what is in flight, give back what is held, end. */
function stopOnSignal(parts: Parts, logger: Logger): void {
  let stopping = false
  const stop = (why: string) => {
    if (stopping) return
    stopping = true
    logger.info({ why }, 'stopping')
    setTimeout(() => process.exit(EXIT_CODES.fault), STOP_LIMIT_MS).unref()
    parts.stop().then(
      () => process.exit(EXIT_CODES.pass),
      (error) => {
        logger.error(causeOf(error), 'did not stop cleanly')
        process.exit(EXIT_CODES.fault)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  process.on('disconnect', () => stop('parent gone'))
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}

try {
  const config = readConfig(roleOfArguments())
  const logger = createLogger(config.role, config.logLevel)
  await run(config, logger).catch((error) => {
    if (error instanceof Refusal) throw error
    logger.fatal(causeOf(error), 'could not start')
    process.exit(EXIT_CODES.fault)
  })
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`${[error.what, ...error.why.map((line) => `  - ${line}`), error.wayOut].join('\n')}\n`)
  process.exit(error.exitCode)
}
