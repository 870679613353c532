// k6: the load generator, always a program on this machine. The version is exact: types and summaries follow it.

import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { EngineProgram } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { findProgram } from './find-program.ts'
import { waitForLock } from './lock.ts'
import { CHECKOUT } from './place.ts'
import { runTool, ToolFailure } from './run-tool.ts'
import type { StartContext } from './start-context.ts'
import { isProgramAllowed, notLocal } from './start-server.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

const BUILD_LIMIT_MS = 600_000
const VERSION = VERSIONS.k6

type Where = Pick<StartContext, 'place' | 'env'>

export async function k6Program(context: StartContext): Promise<EngineProgram> {
  const local = isProgramAllowed('local', context.env) ? await findLocalK6(context) : undefined
  if (local) return local
  if (!isProgramAllowed('fetched', context.env)) throw notLocal('k6', `exactly ${VERSION}`)
  const path = builtPath(context)
  const built: EngineProgram = { path, origin: 'fetched', version: VERSION }
  if (existsSync(path)) return built
  const obstacle = await k6Obstacle(context)
  if (obstacle) throw obstacle
  mkdirSync(dirname(path), { recursive: true })
  const release = await waitForLock(`${path}.lock`, 'building k6', context.signal)
  try {
    if (!existsSync(path)) await build(context, path)
    return built
  } finally {
    release()
  }
}

/** Only of the very version: a minor version apart, options and summaries differ. */
export async function findLocalK6({ env }: Where): Promise<EngineProgram | undefined> {
  const path = findProgram(['k6'], env.PATH)
  if (!path) return undefined
  const version = versionIn(await runTool(path, ['version'], { limitMs: 20_000, env }).catch(() => ''))
  return version === VERSION ? { path, origin: 'local', version } : undefined
}

export async function k6Obstacle(where: Where): Promise<Refusal | undefined> {
  if (existsSync(builtPath(where))) return undefined
  const go = findProgram(['go'], where.env.PATH)
  const version = go && versionIn(await runTool(go, ['env', 'GOVERSION'], { limitMs: 20_000, env: where.env }))
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

function builtPath({ place }: Pick<StartContext, 'place'>): string {
  return join(place.cache, `k6-${VERSION}`, 'k6')
}
