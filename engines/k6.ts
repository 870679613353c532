// k6: the load generator, always a program on this machine. The version is exact: types and summaries follow it.

import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EngineProgram } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { findProgram } from './find-program.ts'
import { waitForLock } from './lock.ts'
import { CHECKOUT } from './place.ts'
import { runTool, ToolFailure } from './run-tool.ts'
import type { ProgramEngine, StartContext } from './start-context.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

const BUILD_LIMIT_MS = 600_000
const VERSION = VERSIONS.k6

type Where = Pick<StartContext, 'place' | 'env'>

export const k6: ProgramEngine = {
  name: 'k6',
  title: 'k6',
  wanted: `exactly ${VERSION}`,
  inImage: { image: VERSIONS.images.k6, path: '/usr/bin/k6', isDynamic: false },
  findLocal,
  findFetched: async (where) => (existsSync(builtPath(where)) ? built(where) : undefined),
  fetchObstacle,
  fetch,
  versionOf: (path) => versionOf(path, process.env),
}

async function fetch(context: StartContext): Promise<EngineProgram> {
  const { path } = built(context)
  mkdirSync(dirname(path), { recursive: true })
  const release = await waitForLock(`${path}.lock`, 'building k6', context.signal)
  try {
    if (!existsSync(path)) await build(context, path)
    return built(context)
  } finally {
    release()
  }
}

/** Only of the very version: a minor version apart, options and summaries differ. */
async function findLocal({ env }: Where): Promise<EngineProgram | undefined> {
  const path = findProgram(['k6'], env.PATH)
  if (!path) return undefined
  return (await versionOf(path, env)) === VERSION ? { path, origin: 'local', version: VERSION } : undefined
}

async function versionOf(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return versionIn(await runTool(path, ['version'], { limitMs: 20_000, env }).catch(() => ''))
}

async function fetchObstacle({ env }: Where): Promise<Refusal | undefined> {
  const go = findProgram(['go'], env.PATH)
  const version = go && versionIn(await runTool(go, ['env', 'GOVERSION'], { limitMs: 20_000, env }))
  if (version && isAtLeast(version, VERSIONS.floors.go)) return undefined
  return new Refusal({
    what: `k6 ${VERSION} is not installed and cannot be built here`,
    why: [
      version
        ? `it is built with Go ${VERSIONS.floors.go} or newer, and this is Go ${version}`
        : 'it is built with Go, and there is no go in PATH or /usr/local/go/bin',
    ],
    wayOut: `Install Go ${VERSIONS.floors.go} or newer, or put k6 ${VERSION} itself into PATH.`,
  })
}

async function build({ env, signal, say }: StartContext, path: string): Promise<void> {
  say(`building k6 ${VERSION} with Go, once (about a minute; Go keeps sources and objects in its own caches)`)
  const words = ['build', '-trimpath', '-ldflags', '-s -w', '-o', `${path}.new`, 'go.k6.io/k6/v2']
  try {
    await runTool(findProgram(['go'], env.PATH) ?? 'go', words, {
      limitMs: BUILD_LIMIT_MS,
      signal,
      env,
      cwd: join(CHECKOUT, 'engines/k6-build'),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw new Refusal({
      what: `k6 ${VERSION} could not be built`,
      why: [
        error instanceof Error ? error.message : String(error),
        ...(error instanceof ToolFailure ? [error.tail.join('\n')] : []),
      ],
      wayOut: `Check that Go reaches its module proxy (go env GOPROXY), or put k6 ${VERSION} itself into PATH.`,
    })
  }
  renameSync(`${path}.new`, path)
}

function built(where: Where): EngineProgram {
  return { path: builtPath(where), origin: 'fetched', version: VERSION }
}

function builtPath({ place }: Pick<StartContext, 'place'>): string {
  return join(place.cache, `k6-${VERSION}`, 'k6')
}
