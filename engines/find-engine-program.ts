// Which way a program engine (nginx, k6) is found: on this machine, in the cache, fetched or built, out of a Docker image.
// Docker is the way for a machine that has nothing else, so it comes last; asked for alone, it comes before fetching.

import { existsSync } from 'node:fs'
import type { EngineProgram } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { copiedPath, copyProgram, imageRefusal } from './image-program.ts'
import type { ProgramEngine, StartContext } from './start-context.ts'
import { allowedWays, anyOf, notLocal } from './start-server.ts'

type Where = Pick<StartContext, 'place' | 'env'>

export async function engineProgram(engine: ProgramEngine, context: StartContext): Promise<EngineProgram> {
  const here = await programHere(engine, context)
  if (here) return here
  const refusals: Refusal[] = []
  for (const way of waysToGet(context.env)) {
    try {
      return way === 'docker' ? await copied(engine, context) : await fetched(engine, context)
    } catch (error) {
      context.signal.throwIfAborted()
      if (!(error instanceof Refusal)) throw error
      refusals.push(error)
    }
  }
  throw refusals.length === 0 ? notLocal(engine.title, engine.wanted) : notToBeHad(engine, refusals)
}

export type ProgramForecast =
  | { readonly origin: 'local' | 'fetched' | 'docker'; readonly program?: EngineProgram }
  | { readonly refusal: Refusal }

/** What `engineProgram` would do, as far as can be told without doing it. */
export async function forecastProgram(engine: ProgramEngine, where: Where): Promise<ProgramForecast> {
  const program = await programHere(engine, where)
  if (program) return { origin: program.origin as 'local' | 'fetched' | 'docker', program }
  const refusals: Refusal[] = []
  for (const way of waysToGet(where.env)) {
    const refusal =
      way === 'docker' ? await imageRefusal(where.env, engine.inImage.image) : await engine.fetchObstacle(where)
    if (!refusal) return { origin: way }
    refusals.push(refusal)
  }
  return { refusal: refusals.length === 0 ? notLocal(engine.title, engine.wanted) : notToBeHad(engine, refusals) }
}

/** nginx and k6 run as programs also where the servers come from Docker alone: then every program will do. */
function waysToGet(env: NodeJS.ProcessEnv): readonly ('docker' | 'fetched')[] {
  const ways = allowedWays(env)
  if (isDockerAlone(env)) return ['docker', 'fetched']
  return (['fetched', 'docker'] as const).filter((way) => ways.includes(way))
}

function isDockerAlone(env: NodeJS.ProcessEnv): boolean {
  return allowedWays(env).every((way) => way === 'docker')
}

async function programHere(engine: ProgramEngine, where: Where): Promise<EngineProgram | undefined> {
  const ways = allowedWays(where.env)
  const may = (way: 'local' | 'fetched') => ways.includes(way) || isDockerAlone(where.env)
  const local = may('local') ? await engine.findLocal(where) : undefined
  if (local) return local
  const found = may('fetched') ? await engine.findFetched(where) : undefined
  if (found) return found
  const path = copiedPath(where, engine.inImage)
  return ways.includes('docker') && existsSync(path) ? await copy(engine, path) : undefined
}

async function fetched(engine: ProgramEngine, context: StartContext): Promise<EngineProgram> {
  const obstacle = await engine.fetchObstacle(context)
  if (obstacle) throw obstacle
  return await engine.fetch(context)
}

async function copied(engine: ProgramEngine, context: StartContext): Promise<EngineProgram> {
  return await copy(engine, await copyProgram(context, engine.inImage))
}

async function copy(engine: ProgramEngine, path: string): Promise<EngineProgram> {
  const version = await engine.versionOf(path)
  if (version) return { path, origin: 'docker', version }
  throw new Refusal({
    what: `${engine.title} out of ${engine.inImage.image} does not run here`,
    why: [`${path} does not tell its version`],
    wayOut: `Remove ${path}, or put ${engine.title} (${engine.wanted}) into PATH.`,
  })
}

function notToBeHad({ title, wanted }: ProgramEngine, refusals: readonly Refusal[]): Refusal {
  return new Refusal({
    what: `${title} (${wanted}) is not here and cannot be had`,
    why: refusals.flatMap(({ why }) => why),
    wayOut: anyOf(refusals.map(({ wayOut }) => wayOut)),
  })
}
