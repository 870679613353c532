// What starting the engines would do on this machine, without doing any of it.

import type { EngineName, EngineOrigin, EngineProgram } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { dockerVersion, hasImage } from './docker.ts'
import { elasticsearch } from './elasticsearch.ts'
import { findLocalK6, k6Obstacle } from './k6.ts'
import { freeDiskBytes, memoryBytes } from './machine.ts'
import { mysql } from './mysql.ts'
import { findLocalNginx, nginxObstacle } from './nginx.ts'
import { openPlace, type Place } from './place.ts'
import { redis } from './redis.ts'
import type { FoundProgram, ServerEngine } from './start-context.ts'
import { allowedWays, isProgramAllowed, serverAtAddress } from './start-server.ts'
import { VERSIONS } from './versions.ts'

export interface EngineSurvey {
  readonly engine: EngineName
  /** Where it would come from; missing where it cannot be had. */
  readonly origin?: EngineOrigin
  /** A path, an image or a version. */
  readonly detail: string
  readonly wayOut?: string
}

export interface MachineSurvey {
  readonly engines: readonly EngineSurvey[]
  readonly dockerVersion?: string
  readonly memoryBytes: number
  readonly freeDiskBytes: number
}

type Where = { readonly place: Place; readonly env: NodeJS.ProcessEnv }

export async function surveyMachine(env: NodeJS.ProcessEnv = process.env): Promise<MachineSurvey> {
  const place = openPlace()
  const where = { place, env }
  const docker = await dockerVersion(env)
  const engines = await Promise.all([
    ...[mysql, elasticsearch, redis].map((engine) => surveyServer(engine, where, docker !== undefined)),
    surveyProgram('nginx', where, findLocalNginx, async () => nginxObstacle()),
    surveyProgram('k6', where, findLocalK6, k6Obstacle),
  ])
  return {
    engines,
    ...(docker && { dockerVersion: docker }),
    memoryBytes: memoryBytes(),
    freeDiskBytes: freeDiskBytes(place.home),
  }
}

async function surveyServer(engine: ServerEngine, where: Where, dockerAnswers: boolean): Promise<EngineSurvey> {
  const { name, addressVariable, image } = engine
  const { env } = where
  const address = env[addressVariable]
  if (address) return await surveyAddress(engine, address)
  const ways = allowedWays(env)
  if (ways.includes('docker') && dockerAnswers && (await hasImage(image))) {
    return { engine: name, origin: 'docker', detail: image }
  }
  const local = ways.includes('local') ? await engine.findLocal(where) : undefined
  if (local) return found(name, local)
  if (!ways.includes('fetched')) {
    return { engine: name, detail: 'not to be had this way', wayOut: 'Unset HEADROOM_ENGINES.' }
  }
  return fetched(name, await engine.fetchObstacle(where))
}

async function surveyAddress(engine: ServerEngine, address: string): Promise<EngineSurvey> {
  try {
    const { version } = await serverAtAddress(engine, engine.addressVariable, address)
    return { engine: engine.name, origin: 'address', detail: `${version} (${engine.addressVariable})` }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { engine: engine.name, detail: error.message, wayOut: error.wayOut }
  }
}

async function surveyProgram(
  name: 'nginx' | 'k6',
  where: Where,
  findLocal: (where: Where) => Promise<EngineProgram | undefined>,
  obstacle: (where: Where) => Promise<Refusal | undefined>,
): Promise<EngineSurvey> {
  const local = isProgramAllowed('local', where.env) ? await findLocal(where) : undefined
  if (local) return found(name, local)
  return fetched(name, await obstacle(where))
}

function found(
  engine: EngineName,
  { path, version, origin }: Pick<FoundProgram, 'path' | 'version'> & { origin: EngineOrigin },
) {
  return { engine, origin, detail: `${version} (${path})` }
}

const SOURCES: Readonly<Record<EngineName, string>> = {
  mysql: 'MariaDB from Debian packages',
  elasticsearch: `${VERSIONS.elasticsearch} with Maven`,
  redis: 'Debian packages',
  nginx: 'Debian packages',
  k6: `${VERSIONS.k6}, built with Go`,
}

function fetched(engine: EngineName, obstacle: Refusal | undefined): EngineSurvey {
  if (!obstacle) return { engine, origin: 'fetched', detail: SOURCES[engine] }
  return { engine, detail: obstacle.why.join('; '), wayOut: obstacle.wayOut }
}
