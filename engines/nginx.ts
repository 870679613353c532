// nginx: the gateway, always a program on this machine. Its configuration is the gateway's own (sut/gateway/).

import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { EngineProgram } from '../contracts/engines.ts'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { giveTo } from './account.ts'
import { letLive, startProcess, stopProcess } from './engine-process.ts'
import { debianEnv, debianObstacle, fetchDebian, unpackedDebian } from './fetch-debian.ts'
import { findProgram } from './find-program.ts'
import { tailOf, waitUntilHealthy } from './health.ts'
import { makeFolder, openPlace, type Place } from './place.ts'
import { identify } from './process-identity.ts'
import { runTool, ToolFailure } from './run-tool.ts'
import type { ProgramEngine } from './start-context.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

const HEALTH_LIMIT_MS = 15_000
const STOP_LIMIT_MS = 10_000
const DEBIAN = { title: 'nginx', packages: ['nginx'] } as const

export const nginx: ProgramEngine = {
  name: 'nginx',
  title: 'nginx',
  wanted: `${VERSIONS.floors.nginx} or newer`,
  inImage: { image: VERSIONS.images.nginx, path: '/usr/sbin/nginx', isDynamic: true },
  async findLocal({ place, env }) {
    const path = findProgram(['nginx'], env.PATH, place.account)
    const version = path && (await versionOf(path))
    if (!version || !isAtLeast(version, VERSIONS.floors.nginx)) return undefined
    return { path, origin: 'local', version }
  },
  findFetched: async ({ place }) => {
    const root = unpackedDebian(place, DEBIAN)
    return root === undefined ? undefined : await fetchedNginx(root)
  },
  fetchObstacle: async ({ place }) => debianObstacle(place, DEBIAN),
  fetch: async (context) => await fetchedNginx(await fetchDebian(context, DEBIAN)),
  versionOf,
}

async function fetchedNginx(root: string): Promise<EngineProgram> {
  const path = join(root, 'usr/sbin/nginx')
  return { path, origin: 'fetched', version: (await versionOf(path, root)) ?? '0' }
}

export interface NginxOptions {
  readonly program: EngineProgram
  /** A whole configuration but for `daemon` and `pid`; relative paths in it are below `nginxFolder()`. */
  readonly configText: string
  /** Where it listens on 127.0.0.1: waited for. */
  readonly port: number
  readonly signal: AbortSignal
  /** Left running when this process ends. */
  readonly keep: boolean
  readonly stateFolder?: string
}

export interface RunningNginx {
  readonly pid: number
  readonly folder: string
  readonly logPath: string
  stop(): Promise<void>
}

/** The folder nginx runs in: what the configuration may name absolutely. */
export function nginxFolder(place: Place = openPlace()): string {
  return join(place.home, 'nginx')
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] as const

/** Whether a reload leaves connections open on which a request may be on its way. */
export function reloadsWithoutLoss({ version }: Pick<EngineProgram, 'version'>): boolean {
  return isAtLeast(version, '1.27.4')
}

/**
 * Temporary files below the prefix: the folders compiled into packages belong to root. And without what that version does
 * not know: it would refuse all of it.
 */
export function localNginxConfig(configText: string, program: Pick<EngineProgram, 'version'>): string {
  const missing = TEMPORARY.filter((kind) => !configText.includes(`${kind}_temp_path`))
  const lines = missing.map((kind) => `\n  ${kind}_temp_path tmp/${kind};`)
  const known = reloadsWithoutLoss(program) ? configText : configText.replaceAll(/\bkeepalive_min_timeout [^;]*;/g, '')
  return known.replace(/^(\s*|.*[;}]\s*)http\s*\{/m, (opening) => opening + lines.join(''))
}

export async function startNginx({
  program,
  configText,
  port,
  signal,
  keep,
  stateFolder,
}: NginxOptions): Promise<RunningNginx> {
  const place = openPlace(stateFolder)
  const folder = nginxFolder(place)
  const configPath = join(folder, 'nginx.conf')
  makeFolder(folder, 0o700)
  makeFolder(join(folder, 'tmp'), 0o700)
  writeFileSync(configPath, localNginxConfig(configText, program), { mode: 0o600 })
  giveTo(place.account, folder, join(folder, 'tmp'), configPath)
  const env = debianEnv(rootOf(program), process.env)
  const words = ['-p', folder, '-c', configPath, '-e', 'stderr', '-g', 'daemon off; pid nginx.pid;']
  await checkConfig(program.path, words, place, env)
  const server = startProcess(place, {
    name: 'nginx',
    program: program.path,
    words,
    env,
  })
  const identity = identify(server.pid) ?? { pid: server.pid, startedAt: '' }
  const stop = () => stopProcess(place, 'nginx', identity, STOP_LIMIT_MS)
  try {
    await waitUntilHealthy({
      engine: 'nginx',
      limitMs: HEALTH_LIMIT_MS,
      signal,
      probe: () => connects(port),
      ended: server.ended,
      tail: () => tailOf(server.logPath),
    })
  } catch (error) {
    await stop()
    throw error
  }
  if (keep) letLive(server.pid)
  return { pid: server.pid, folder, logPath: server.logPath, stop }
}

async function checkConfig(program: string, words: readonly string[], place: Place, env: NodeJS.ProcessEnv) {
  try {
    await runTool(program, [...words, '-t', '-q'], { limitMs: 10_000, account: place.account, env, cwd: place.home })
  } catch (error) {
    throw new Refusal({
      what: 'nginx does not accept its configuration',
      why: error instanceof ToolFailure ? error.tail : [String(error)],
      wayOut: `The configuration is ${join(nginxFolder(place), 'nginx.conf')}.`,
      exitCode: EXIT_CODES.fault,
    })
  }
}

function connects(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 })
    socket.on('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error(`no answer on port ${port}`)))
  })
}

/** A fetched nginx needs the libraries unpacked beside it. */
function rootOf({ path, origin }: EngineProgram): string | undefined {
  return origin === 'fetched' ? path.slice(0, -'/usr/sbin/nginx'.length) : undefined
}

/** nginx tells its version on stderr. */
async function versionOf(path: string, root?: string): Promise<string | undefined> {
  const text = await runTool('sh', ['-c', '"$0" -v 2>&1', path], { limitMs: 10_000, env: debianEnv(root, process.env) })
  return versionIn(text)
}
