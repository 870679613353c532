// What starting the engines would do on this machine, without doing any of it.

import type { EngineName, EngineOrigin } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { dockerVersion, findImage } from './docker.ts'
import { elasticsearch } from './elasticsearch.ts'
import { forecastProgram } from './find-engine-program.ts'
import { k6 } from './k6.ts'
import { freeDiskBytes, memoryBytes } from './machine.ts'
import { mysql } from './mysql.ts'
import { nginx } from './nginx.ts'
import { openPlace, type Place } from './place.ts'
import { redis, streams } from './redis.ts'
import type { FoundProgram, ProgramEngine, ServerEngine } from './start-context.ts'
import { allowedWays, fetchObstacle, notToBeHad, serverAtAddress } from './start-server.ts'
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
    ...[mysql, elasticsearch, redis, streams].map((engine) => surveyServer(engine, where)),
    ...[nginx, k6].map((engine) => surveyProgram(engine, where)),
  ])
  return {
    engines,
    ...(docker && { dockerVersion: docker }),
    memoryBytes: memoryBytes(),
    freeDiskBytes: freeDiskBytes(place.home),
  }
}

async function surveyServer(engine: ServerEngine, where: Where): Promise<EngineSurvey> {
  const { name, addressVariable, image } = engine
  const { env } = where
  const address = env[addressVariable]
  if (address) return await surveyAddress(engine, address)
  const ways = allowedWays(env)
  const state = ways.includes('docker') ? await findImage(env, image) : undefined
  if (state === 'here') return { engine: name, origin: 'docker', detail: image }
  const local = ways.includes('local') ? await engine.findLocal(where) : undefined
  if (local) return found(name, local)
  const obstacle = await fetchObstacle(engine, where)
  if (!obstacle) return { engine: name, origin: 'fetched', detail: SOURCES[name] }
  if (state === 'not-here') return toBePulled(name, image)
  return missing(name, notToBeHad(engine, obstacle, state))
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

async function surveyProgram(engine: ProgramEngine, where: Where): Promise<EngineSurvey> {
  const { name, inImage } = engine
  const forecast = await forecastProgram(engine, where)
  if ('refusal' in forecast) return missing(name, forecast.refusal)
  const { origin, program } = forecast
  if (program) return found(name, program)
  if (origin !== 'docker') return { engine: name, origin, detail: SOURCES[name] }
  const isHere = (await findImage(where.env, inImage.image)) === 'here'
  return isHere ? { engine: name, origin, detail: `copied out of ${inImage.image}` } : toBePulled(name, inImage.image)
}

/** Whether the registry has it is known once it was tried. */
function toBePulled(engine: EngineName, image: string): EngineSurvey {
  return { engine, origin: 'docker', detail: `${image}, to be pulled` }
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
  streams: 'Debian packages',
  nginx: 'Debian packages',
  k6: `${VERSIONS.k6}, built with Go`,
}

function missing(engine: EngineName, { why, wayOut }: Refusal): EngineSurvey {
  return { engine, detail: why.join('; '), wayOut }
}
