// Which way a server is found: an address given, Docker, a program on this machine, or fetched (docs/engines.md).

import type { EngineEndpoint, EngineOrigin } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { findImage, type ImageState, keepVolume, pullImage, withoutImage } from './docker.ts'
import { waitUntilHealthy } from './health.ts'
import type { LaunchedServer, ServerEngine, StartContext } from './start-context.ts'
import { isAtLeast } from './version.ts'

export const WAY_VARIABLE = 'HEADROOM_ENGINES'

export type Way = Exclude<EngineOrigin, 'address'>

const WAYS: Readonly<Record<string, readonly Way[]>> = {
  docker: ['docker'],
  programs: ['local', 'fetched'],
  local: ['local'],
  fetched: ['fetched'],
}

/** In the order they are tried. */
export function allowedWays(env: NodeJS.ProcessEnv): readonly Way[] {
  const given = env[WAY_VARIABLE]
  if (!given) return ['docker', 'local', 'fetched']
  const ways = WAYS[given]
  if (ways) return ways
  throw new Refusal({
    what: `${WAY_VARIABLE}=${given} is not a way to get engines`,
    why: [`the ways are ${Object.keys(WAYS).join(', ')}`],
    wayOut: `Set one of them, or unset ${WAY_VARIABLE}: then docker, local and fetched are tried in this order.`,
  })
}

export async function startServer(engine: ServerEngine, context: StartContext): Promise<EngineEndpoint> {
  const address = context.env[engine.addressVariable]
  if (address) return await serverAtAddress(engine, engine.addressVariable, address)
  const ways = allowedWays(context.env)
  const local = ways.includes('local') ? await engine.findLocal(context) : undefined
  const obstacle = local ? undefined : await fetchObstacle(engine, context)
  const image = ways.includes('docker') ? await bringImage(engine, context, obstacle !== undefined) : undefined
  if (image === 'here') {
    const launched = await engine.launchContainer(context)
    const endpoint = await healthy(engine, context, launched, 'docker')
    keepVolume(context.place, engine.name)
    return endpoint
  }
  if (obstacle) throw notToBeHad(engine, obstacle, image)
  const program = local ?? (await engine.fetch(context))
  return await healthy(engine, context, await engine.launch(context, program), program.origin)
}

/** Why no program of it can be fetched: by the machine, or by what was asked for. */
export async function fetchObstacle(
  engine: ServerEngine,
  where: Pick<StartContext, 'place' | 'env'>,
): Promise<Refusal | undefined> {
  const ways = allowedWays(where.env)
  if (ways.includes('fetched')) return await engine.fetchObstacle(where)
  return new Refusal({
    what: `${engine.title} cannot be had the way ${WAY_VARIABLE} asks for`,
    why: ways.includes('local') ? ['no program of a version that will do is in PATH'] : [],
    wayOut: `unset ${WAY_VARIABLE}`,
  })
}

/** `image`: how Docker looked; undefined where it may not be used. */
export function notToBeHad(
  { title, image: imageName, addressVariable }: ServerEngine,
  obstacle: Refusal,
  image: Exclude<ImageState, 'here'> | undefined,
): Refusal {
  const docker = image && withoutImage(image, imageName)
  return new Refusal({
    what: `${title} cannot be had here`,
    why: [...(docker ? [docker.why] : []), ...obstacle.why],
    wayOut: anyOf([...(docker ? [docker.wayOut] : []), obstacle.wayOut, `give an address in ${addressVariable}`]),
  })
}

/** Several ways out as one sentence. */
export function anyOf(waysOut: readonly string[]): string {
  const text = waysOut
    .filter((way) => way !== '')
    .map((way) => way.replace(/\.$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()))
    .join('; or ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

export function notLocal(title: string, wanted: string): Refusal {
  return new Refusal({
    what: `${title} cannot be had the way ${WAY_VARIABLE} asks for`,
    why: [`no ${title} of a version that will do (${wanted}) is in PATH`],
    wayOut: `Unset ${WAY_VARIABLE}, or put one into PATH.`,
  })
}

/** Pulls it where it is missing; longer where nothing else is left. */
async function bringImage(engine: ServerEngine, context: StartContext, isOnlyWay: boolean): Promise<ImageState> {
  const state = await findImage(context.env, engine.image)
  if (state !== 'not-here') return state
  if (await pullImage(context, engine.image, isOnlyWay)) return 'here'
  if (!isOnlyWay) context.say(`${engine.image} could not be pulled: looking for ${engine.title} without Docker`)
  return state
}

async function healthy(
  engine: ServerEngine,
  { signal }: StartContext,
  launched: LaunchedServer,
  origin: Way,
): Promise<EngineEndpoint> {
  const { url, socketPath, pid, passwords, ended, tail, afterHealthy } = launched
  const limitMs = engine.healthLimitMs
  const probe = () => probeLaunched(engine, launched)
  const version = await waitUntilHealthy({ engine: engine.title, limitMs, signal, probe, ended, tail })
  await afterHealthy?.()
  return {
    url,
    origin,
    version,
    ...(socketPath && { socketPath }),
    ...(pid && { pid }),
    ...(passwords && { passwords }),
  }
}

/** Throws a Refusal where the data has the passwords of a checkout that is gone, which no wait will change. */
export async function probeLaunched(
  engine: Pick<ServerEngine, 'title' | 'probe'>,
  { url, dataVolume }: Pick<LaunchedServer, 'url' | 'dataVolume'>,
): Promise<string> {
  try {
    return await engine.probe(url)
  } catch (error) {
    throw dataVolume !== undefined && isDenied(error) ? dataOfAnother(engine, dataVolume) : error
  }
}

/** Of MySQL, which listens only once its passwords are set. */
function isDenied(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ER_ACCESS_DENIED_ERROR'
}

function dataOfAnother({ title }: Pick<ServerEngine, 'title'>, volume: string): Refusal {
  return new Refusal({
    what: `${title} does not take this checkout's password`,
    why: [
      `its data in the Docker volume ${volume} was made by an earlier checkout in the same folder, whose passwords are gone`,
    ],
    wayOut: 'npm run clean removes that data, and what else this checkout has made; then start again.',
  })
}

/** An attempt at several addresses of one host fails with one error for each, and says nothing itself. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ')
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}

/** A server somebody else runs: looked at, never started or stopped. */
export async function serverAtAddress(engine: ServerEngine, variable: string, url: string): Promise<EngineEndpoint> {
  refuseOtherShape(engine, variable, url)
  const version = await engine.probe(url).catch((error: unknown) => {
    throw unusable(engine, variable, reasonOf(error))
  })
  const floor = engine.floorFor(version)
  if (isAtLeast(version, floor)) return { url, origin: 'address', version }
  throw new Refusal({
    what: `${engine.title} ${version} at ${variable} is too old`,
    why: [`${floor} or newer is needed`],
    wayOut: `Give another address, or unset ${variable}: then Headroom starts its own.`,
  })
}

type Addressed = Pick<ServerEngine, 'title' | 'addressShape' | 'addressProtocols'>

/** What can be said of an address without asking there. */
export function refuseOtherShape(engine: Addressed, variable: string, url: string): void {
  const { addressProtocols } = engine
  const protocol = URL.parse(url)?.protocol
  if (protocol !== undefined && addressProtocols.includes(protocol)) return
  const why = protocol ? `${protocol}// is not ${addressProtocols[0]}//` : 'what it holds is no address'
  throw unusable(engine, variable, why)
}

function unusable({ title, addressShape }: Addressed, variable: string, why: string): Refusal {
  return new Refusal({
    what: `no usable ${title} at ${variable}`,
    why: [why],
    wayOut: `That server is yours to run: see that it does and that the address is right (${addressShape}), or unset ${variable}: then Headroom starts its own.`,
  })
}
