// Which way a server is found: an address given, Docker, a program on this machine, or fetched (docs/engines.md).

import { ENGINE_ORIGINS, type EngineEndpoint } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { dockerVersion, hasImage, pullImage } from './docker.ts'
import { waitUntilHealthy } from './health.ts'
import type { LaunchedServer, ServerEngine, StartContext } from './start-context.ts'
import { isAtLeast } from './version.ts'

const WAY_VARIABLE = 'HEADROOM_ENGINES'
const WAYS = ENGINE_ORIGINS.filter((origin) => origin !== 'address')
export type Way = (typeof WAYS)[number]

/** The way the user insists on, if any. */
export function forcedWay(env: NodeJS.ProcessEnv): Way | undefined {
  const given = env[WAY_VARIABLE]
  if (!given) return undefined
  const way = WAYS.find((known) => known === given)
  if (way) return way
  throw new Refusal({
    what: `${WAY_VARIABLE}=${given} is not a way to get engines`,
    why: [`the ways are ${WAYS.join(', ')}`],
    wayOut: `Set one of them, or unset ${WAY_VARIABLE}: then they are tried in this order.`,
  })
}

export async function startServer(engine: ServerEngine, context: StartContext): Promise<EngineEndpoint> {
  const address = context.env[engine.addressVariable]
  if (address) return await serverAtAddress(engine, engine.addressVariable, address)
  const way = forcedWay(context.env)
  if (way === 'docker' || (!way && (await imageIsHere(engine, context, false)))) {
    if (way && !(await imageIsHere(engine, context, true)))
      throw noWay(engine, 'no Docker daemon answers with the image')
    const launched = await engine.launchContainer(context)
    const endpoint = await healthy(engine, context, launched, 'docker')
    await launched.afterHealthy?.()
    return endpoint
  }
  if (way !== 'fetched') {
    const found = await engine.findLocal(context)
    if (found) return await healthy(engine, context, await engine.launch(context, found), 'local')
    if (way === 'local') throw noWay(engine, 'no program of a version that will do is in PATH')
  }
  const fetched = await engine.fetch(context)
  return await healthy(engine, context, await engine.launch(context, fetched), 'fetched')
}

async function imageIsHere(engine: ServerEngine, context: StartContext, forced: boolean): Promise<boolean> {
  if (!(await dockerVersion(context.env))) return false
  if (await hasImage(engine.image)) return true
  if (await pullImage(context, engine.image, forced)) return true
  if (!forced) context.say(`${engine.image} could not be pulled: looking for ${engine.title} without Docker`)
  return false
}

async function healthy(
  engine: ServerEngine,
  { signal }: StartContext,
  { url, socketPath, pid, ended, tail }: LaunchedServer,
  origin: Way,
): Promise<EngineEndpoint> {
  const limitMs = engine.healthLimitMs
  const probe = () => engine.probe(url)
  const version = await waitUntilHealthy({ engine: engine.title, limitMs, signal, probe, ended, tail })
  return { url, origin, version, ...(socketPath && { socketPath }), ...(pid && { pid }) }
}

/** A server somebody else runs: looked at, never started or stopped. */
export async function serverAtAddress(engine: ServerEngine, variable: string, url: string): Promise<EngineEndpoint> {
  let version: string
  try {
    const shape = new URL(engine.addressShape)
    if (!new URL(url).protocol.startsWith(shape.protocol.slice(0, -1)))
      throw new Error(`not a ${shape.protocol}// address`)
    version = await engine.probe(url)
  } catch (error) {
    throw new Refusal({
      what: `no usable ${engine.title} at ${variable}`,
      why: [error instanceof Error ? error.message || String(error) : String(error)],
      wayOut: `Check the address (${engine.addressShape}), or unset ${variable}: then Headroom starts its own.`,
    })
  }
  const floor = engine.floorFor(version)
  if (isAtLeast(version, floor)) return { url, origin: 'address', version }
  throw new Refusal({
    what: `${engine.title} ${version} at ${variable} is too old`,
    why: [`${floor} or newer is needed`],
    wayOut: `Give another address, or unset ${variable}: then Headroom starts its own.`,
  })
}

function noWay(engine: ServerEngine, why: string): Refusal {
  return new Refusal({
    what: `${engine.title} cannot be had the way ${WAY_VARIABLE} asks for`,
    why: [`${why} (${engine.image})`],
    wayOut: `Unset ${WAY_VARIABLE}, or give an address in ${engine.addressVariable}.`,
  })
}
