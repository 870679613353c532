// Starts the whole SUT on this machine: its processes, the gateway in front, and the file that tells others where it is.
// It lives as long as the process that launched it.

import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'
import { request } from 'undici'
import type { EngineEndpoint } from '../contracts/engines.ts'
import { ROUTES } from '../contracts/gateway-api.ts'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import type { AppDemands } from '../contracts/request-protection.ts'
import type { ServiceAccount } from '../contracts/service-access.ts'
import { accountName, accountsOf } from '../contracts/service-accounts.ts'
import { type ShardMap, shardMapOf } from '../contracts/shard-map.ts'
import {
  MONOLITH_COMPONENT,
  SCRAPE_TARGETS_FILE,
  SUT_ENDPOINT_FILE,
  type SutEndpoint,
  type Topology,
} from '../contracts/sut-endpoint.ts'
import type { InternalService, Role } from './config.ts'
import { renderNginxConfig } from './gateway/nginx.ts'
import { keepGatewayPosition } from './gateway-position.ts'
import { prepareBeside, refuseWithoutMonolith } from './prepare-migration.ts'
import { type EngineAddresses, edgeDemands, serviceEnvironment } from './service-environment.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'
import { prepareSchema } from './storage/schema.ts'

export interface RunningGateway {
  readonly pid: number
  /** Where it runs, and looks for what it is told meanwhile. */
  readonly folder: string
  stop(): Promise<void>
}

/** Runs nginx with a configuration: given by the caller, who knows where nginx comes from. */
export type StartGateway = (gateway: {
  readonly configText: string
  readonly port: number
  readonly signal: AbortSignal
}) => Promise<RunningGateway>

export interface LaunchOptions {
  readonly topology: Topology
  /** The monolith's database: it runs beside the services then, behind the old interfaces. Absent: without it. */
  readonly monolith?: EngineEndpoint
  /** Of the app's requests; absent: what HEADROOM_APP_DEMANDS says. */
  readonly appDemands?: AppDemands
  /** Git-ignored folder of this checkout: logs go to `logs/`, the address to `sut.json`. */
  readonly stateDir: string
  readonly signal: AbortSignal
  readonly startGateway: StartGateway
}

export interface RunningSut {
  readonly endpoint: SutEndpoint
  stop(): Promise<void>
}

const HEALTH_LIMIT_MS = 30_000

export async function launchSut(engines: EngineAddresses, options: LaunchOptions): Promise<RunningSut> {
  const { topology, monolith, stateDir, signal } = options
  const started: { stop(): Promise<void> }[] = []
  const endpointFile = join(stateDir, SUT_ENDPOINT_FILE)
  const targetsFile = join(stateDir, SCRAPE_TARGETS_FILE)
  const stop = async () => {
    rmSync(endpointFile, { force: true })
    rmSync(targetsFile, { force: true })
    for (let part = started.pop(); part; part = started.pop()) await part.stop()
  }
  try {
    const secrets = { app: secret(), admin: secret(), internal: secret(), client: secret() }
    const given = { internal: secrets.internal, ...writeSecrets(stateDir, secrets) }
    const demands = edgeDemands(process.env, options.appDemands)
    // As the owner of the tables, for the services.
    const map = shardMapOf(engines)
    const { accounts } = await prepareSchema(map)
    // A further server may have accounts of its own, named in the map.
    const isOurs = engines.mysql.passwords !== undefined && map.length === 1
    if (isOurs && accounts.length < accountsOf('mysql').length) throw notGranted(accounts)
    if (monolith === undefined) await refuseWithoutMonolith(map)
    else await prepareWithAccounts(monolith, map)
    // The engines have a database for a monolith; without one beside them the services are not told of it.
    const { legacyMysql: _, ...own } = engines
    const addresses = monolith === undefined ? own : { ...own, legacyMysql: monolith }
    const start = async (role: Role, serviceUrls: Readonly<Record<string, string>> = {}) => {
      const service = await startServiceProcess({
        role,
        environment: { ...serviceEnvironment(role, addresses, { ...given, demands }), ...serviceUrls },
        logFolder: join(stateDir, 'logs'),
        signal,
      })
      started.push(service)
      return service
    }
    const services: ServiceProcess[] = [...(topology === 'one-process' ? [await start('all')] : await startEach(start))]
    if (monolith !== undefined) services.push(...(await startOld(start, services)))
    const port = await getPort({ host: '127.0.0.1' })
    const gateway = await options.startGateway({ configText: configFor(services, port), port, signal })
    started.push(gateway)
    if (monolith !== undefined) {
      started.push(await keepGatewayPosition({ legacy: monolith, sharded: map }, gateway.folder))
    }
    const endpoint: SutEndpoint = {
      baseUrl: `http://127.0.0.1:${port}`,
      topology,
      jwtSecret: secrets.app,
      adminJwtSecret: secrets.admin,
      ...(demands.appDemands !== 'off' && { clientSecret: secrets.client, appDemands: demands.appDemands }),
      processes: [
        ...services.map(({ role, pid }) => ({ component: componentOf(role), pid })),
        { component: 'nginx', pid: gateway.pid },
      ],
    }
    await untilHealthy(endpoint.baseUrl, services, signal)
    writeJson(stateDir, targetsFile, scrapeTargetsOf(services))
    writeJson(stateDir, endpointFile, endpoint)
    return { endpoint, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Start = (role: Role, serviceUrls?: Readonly<Record<string, string>>) => Promise<ServiceProcess>

/** From the tables upwards: each layer is told where the one below it listens. */
async function startEach(start: Start): Promise<readonly ServiceProcess[]> {
  const domain = await allStarted([start('order'), start('catalogue'), start('indexer')])
  const urls = domain.map(({ role, port }) => [urlSetting(role as InternalService), urlOf(port)])
  const aggregation = await start('aggregation', Object.fromEntries(urls))
  const frontEndUrls = { [urlSetting('aggregation')]: urlOf(aggregation.port) }
  const frontEnds = await allStarted([start('app', frontEndUrls), start('admin', frontEndUrls)])
  return [...domain, aggregation, ...frontEnds]
}

/** Both know the business layer; the interface layer's adapter passes on to the monolith whom it does not answer itself. */
async function startOld(start: Start, services: readonly ServiceProcess[]): Promise<readonly ServiceProcess[]> {
  const businessLayer = businessLayerOf(services)
  const monolith = await start('monolith', businessLayer)
  const adapter = await start('adapter', { ...businessLayer, [urlSetting('monolith')]: urlOf(monolith.port) })
  return [monolith, adapter]
}

/** On engines that have the services' accounts, they are granted what they need, or nothing starts. */
async function prepareWithAccounts(monolith: EngineEndpoint, sharded: ShardMap): Promise<void> {
  const accounts = await prepareBeside({ legacy: monolith, sharded })
  if (monolith.passwords !== undefined && accounts.length < accountsOf('mysql').length) throw notGranted(accounts)
}

/** Who answers the monolith once it works no longer by itself. */
function businessLayerOf(services: readonly ServiceProcess[]): Readonly<Record<string, string>> {
  const layer = services.find(({ role }) => role === 'aggregation' || role === 'all')
  if (!layer) throw new Error('no process is the business layer')
  return { [urlSetting('aggregation')]: urlOf(layer.port) }
}

function scrapeTargetsOf(services: readonly ServiceProcess[]) {
  return services.map(({ role, port }) => ({ targets: [`127.0.0.1:${port}`], labels: { role } }))
}

function componentOf(role: Role): string {
  if (role === 'monolith') return MONOLITH_COMPONENT
  return role === 'all' ? 'sut' : `sut:${role}`
}

/** Waits for all to settle, so that none is still starting when what was started is stopped. */
async function allStarted(starting: readonly Promise<ServiceProcess>[]): Promise<readonly ServiceProcess[]> {
  await Promise.allSettled(starting)
  return Promise.all(starting)
}

function urlSetting(service: InternalService): string {
  return `HEADROOM_${service.toUpperCase()}_URL`
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

function configFor(services: readonly ServiceProcess[], port: number): string {
  const addressOf = (role: Role) => {
    const named = (wanted: Role) => services.find((candidate) => candidate.role === wanted)
    const service = named(role) ?? named('all')
    if (!service) throw new Error(`no process of role ${role}`)
    return `127.0.0.1:${service.port}`
  }
  const hasMonolith = services.some(({ role }) => role === 'monolith')
  return renderNginxConfig({
    listen: `127.0.0.1:${port}`,
    app: addressOf('app'),
    admin: addressOf('admin'),
    ...(hasMonolith && { oldInterfaces: { monolith: addressOf('monolith'), adapter: addressOf('adapter') } }),
    accessLog: 'sample',
    metricsFor: ['127.0.0.0/8'],
  })
}

function secret(): string {
  return randomBytes(32).toString('hex')
}

/** In files, which the front-ends read again when they change: a key can be added and retired while they run. */
function writeSecrets(stateDir: string, secrets: Readonly<Record<'app' | 'admin' | 'client', string>>) {
  mkdirSync(stateDir, { recursive: true })
  const write = (name: string, text: string) => {
    const path = join(stateDir, name)
    writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 })
    renameSync(`${path}.new`, path)
    return path
  }
  return {
    appTokensFile: write('app_jwt_secrets', secrets.app),
    adminTokensFile: write('admin_jwt_secrets', secrets.admin),
    appClientsFile: write('app_client_secrets', secrets.client),
  }
}

function notGranted(granted: readonly ServiceAccount[]): Refusal {
  const missing = accountsOf('mysql')
    .filter((account) => !granted.includes(account))
    .map(accountName)
  return new Refusal({
    what: "the services' accounts could not be granted what they need",
    why: [`MySQL does not know ${missing.join(', ')}, or the owner of the tables may not grant`],
    wayOut:
      'docs/access.md says how accounts come about; npm run down and npm run up make those of our own engines anew.',
    exitCode: EXIT_CODES.fault,
  })
}

async function untilHealthy(baseUrl: string, services: readonly ServiceProcess[], signal: AbortSignal): Promise<void> {
  let last = 'no answer'
  for (const startedAtMs = performance.now(); performance.now() - startedAtMs < HEALTH_LIMIT_MS; ) {
    signal.throwIfAborted()
    const dead = services.find((service) => service.ended())
    if (dead) throw notHealthy(`its ${dead.role} process ${dead.ended()}; its log is ${dead.logPath}`)
    try {
      const { statusCode, body } = await request(`${baseUrl}${ROUTES.health.path}`, { headersTimeout: 3_000 })
      last = `${statusCode} ${await body.text()}`
      if (statusCode === 200) return
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await sleep(100, undefined, { signal })
  }
  throw notHealthy(`${baseUrl}${ROUTES.health.path} said last: ${last}`)
}

function notHealthy(why: string): Refusal {
  return new Refusal({
    what: 'the order system started but is not ready',
    why: [why],
    wayOut: 'Its logs are in .headroom/logs; npm run doctor shows what the engines need.',
    exitCode: EXIT_CODES.fault,
  })
}

/** Whole or not at all, and for nobody else's eyes. */
function writeJson(stateDir: string, file: string, content: unknown): void {
  mkdirSync(stateDir, { recursive: true })
  const partial = `${file}.${process.pid}`
  writeFileSync(partial, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(partial, file)
}
