// Engines in containers, through the docker command: published on 127.0.0.1 only, data in named volumes.

import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeRecord, writeRecord } from './engine-record.ts'
import { findProgram } from './find-program.ts'
import type { Place } from './place.ts'
import { runTool } from './run-tool.ts'
import type { LaunchedServer, StartContext } from './start-context.ts'

const ASK_LIMIT_MS = 10_000
// Slower than this and the programs are fetched sooner than the images; HEADROOM_ENGINES=docker waits longer.
const PULL_LIMIT_MS = 90_000
const FORCED_PULL_LIMIT_MS = 900_000

export interface ContainerCommand {
  readonly name: string
  readonly image: string
  readonly containerPort: number
  readonly port: number
  /** Where the image keeps its data. */
  readonly dataFolder: string
  readonly env: Readonly<Record<string, string>>
  readonly words: readonly string[]
  /** Of this machine, to be read inside. */
  readonly files?: readonly { readonly path: string; readonly at: string }[]
}

/** The daemon's version, when one answers on this machine (ports of a remote one are not on our 127.0.0.1). */
export async function dockerVersion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!findProgram(['docker']) || (env.DOCKER_HOST && !env.DOCKER_HOST.startsWith('unix:'))) return undefined
  try {
    return (await docker(['version', '--format', '{{.Server.Version}}'])).trim() || undefined
  } catch {
    return undefined
  }
}

export type ImageState = 'here' | 'not-here' | 'no-daemon'

export async function findImage(env: NodeJS.ProcessEnv, image: string): Promise<ImageState> {
  if (!(await dockerVersion(env))) return 'no-daemon'
  return (await hasImage(image)) ? 'here' : 'not-here'
}

/** What was wrong with the way of Docker, and what would mend it. */
export function withoutImage(state: Exclude<ImageState, 'here'>, image: string) {
  return state === 'no-daemon'
    ? { why: 'no Docker daemon answers on this machine', wayOut: `start a Docker daemon (it would run ${image})` }
    : { why: `Docker has no image ${image} and could not pull it`, wayOut: `have it pulled (docker pull ${image})` }
}

export function hasImage(image: string): Promise<boolean> {
  return succeeds(['image', 'inspect', image])
}

/** A plugin of its own, which not every package of Docker brings. */
export function hasCompose(): Promise<boolean> {
  return succeeds(['compose', 'version'])
}

async function succeeds(words: readonly string[]): Promise<boolean> {
  try {
    await docker(words)
    return true
  } catch {
    return false
  }
}

export async function pullImage(
  { say, signal }: Pick<StartContext, 'say' | 'signal'>,
  image: string,
  forced: boolean,
): Promise<boolean> {
  const limitMs = forced ? FORCED_PULL_LIMIT_MS : PULL_LIMIT_MS
  say(`pulling ${image}, for at most ${limitMs / 1000} s`)
  try {
    await docker(['pull', '--quiet', image], { limitMs, signal })
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}

/** Starts it and returns its name; recorded before it exists, so that whoever comes next can remove it. */
export async function runContainer({ place, signal }: StartContext, command: ContainerCommand): Promise<string> {
  const container = containerName(place, command.name)
  await removeContainer(container)
  await beginVolume(place, command.name)
  writeRecord(place, { kind: 'container', name: command.name, container })
  mortal.add(container)
  // Through a file of ours: a password on the command line can be read by every user of the machine.
  const envFile = join(place.state, `${command.name}.env`)
  const lines = Object.entries(command.env).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
  try {
    const words = ['run', '--detach', '--pull', 'never', '--name', container, '--label', `headroom=${place.id}`]
    words.push('--env-file', envFile, '--volume', `${container}:${command.dataFolder}`)
    words.push('--security-opt', 'no-new-privileges', '--pids-limit', '2048')
    for (const { path, at } of command.files ?? []) words.push('--volume', `${path}:${at}:ro`)
    words.push('--publish', `127.0.0.1:${command.port}:${command.containerPort}`, command.image, ...command.words)
    await docker(words, { limitMs: 60_000, signal })
  } finally {
    rmSync(envFile, { force: true })
  }
  return container
}

/**
 * A volume is being made until its engine was healthy once. A first start that was cut short leaves half a data directory,
 * with which no later start would come up: it is made anew.
 */
async function beginVolume(place: Place, name: string): Promise<void> {
  const marker = volumeMarker(place, name)
  if (existsSync(marker)) await removeVolumes(place, [name])
  if (!(await succeeds(['volume', 'inspect', containerName(place, name)]))) writeFileSync(marker, '')
}

/** From here on it holds data. */
export function keepVolume(place: Place, name: string): void {
  rmSync(volumeMarker(place, name), { force: true })
}

function volumeMarker({ state }: Place, name: string): string {
  return join(state, `${name}-volume.new`)
}

export function launchedContainer(container: string, url: string): LaunchedServer {
  return { url, dataVolume: container, ended: () => containerEnd(container), tail: () => containerTail(container) }
}

async function containerEnd(container: string): Promise<string | undefined> {
  try {
    const state = await docker(['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', container])
    const [status, exitCode] = state.trim().split(' ')
    return status === 'exited' || status === 'dead' ? `ended with exit code ${exitCode}` : undefined
  } catch {
    return 'is gone'
  }
}

function containerTail(container: string): string[] {
  const log = spawnSync('docker', ['logs', '--tail', '12', container], { encoding: 'utf8', timeout: ASK_LIMIT_MS })
  return `${log.stdout}${log.stderr}`.trimEnd().split('\n').filter(Boolean).slice(-12)
}

export async function runInContainer(
  { signal }: StartContext,
  container: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  input: string,
): Promise<void> {
  const names = Object.keys(env).flatMap((name) => ['--env', name])
  await docker(['exec', '--interactive', ...names, container, ...words], { signal, input, env, limitMs: 30_000 })
}

/** What a program of an image prints, without a network; the container is gone afterwards. */
export async function runInImage(
  { signal }: Pick<StartContext, 'signal'>,
  image: string,
  [program = '', ...words]: readonly string[],
): Promise<string> {
  const options = ['--rm', '--pull', 'never', '--network', 'none', '--entrypoint', program]
  return await docker(['run', ...options, image, ...words], { limitMs: 60_000, signal })
}

/** Files, not links to them, out of an image that is here. `name`: one copying of that name goes on at a time. */
export async function copyOutOfImage(
  { place, signal }: Pick<StartContext, 'place' | 'signal'>,
  name: string,
  image: string,
  files: readonly { readonly from: string; readonly to: string }[],
): Promise<void> {
  const container = containerName(place, `copy-${name}`)
  mortal.add(container)
  try {
    await removeContainer(container) // of a copying that was killed
    await docker(['create', '--pull', 'never', '--name', container, image], { limitMs: 60_000, signal })
    for (const { from, to } of files) {
      await docker(['cp', '--follow-link', `${container}:${from}`, to], { limitMs: 60_000, signal })
    }
  } finally {
    await removeContainer(container)
    mortal.delete(container)
  }
}

// Removed on a forced exit; `letContainerLive` takes one out that is meant to outlive us.
const mortal = new Set<string>()
process.on('exit', () => {
  if (mortal.size > 0) spawnSync('docker', ['rm', '--force', ...mortal], { timeout: ASK_LIMIT_MS })
})

export function letContainerLive(place: Place, name: string): void {
  mortal.delete(containerName(place, name))
}

export async function stopContainer(place: Place, name: string, container: string, limitMs: number): Promise<void> {
  try {
    await docker(['stop', '--time', String(limitMs / 1000), container], { limitMs: limitMs + 10_000 })
  } catch {
    // not running, or the daemon is gone and the container with it
  }
  await removeContainer(container)
  mortal.delete(container)
  removeRecord(place, name)
}

/** As a power cut would: without a word. */
export async function killContainer(place: Place, name: string, container: string): Promise<void> {
  await docker(['kill', '--signal', 'KILL', container])
  await removeContainer(container)
  mortal.delete(container)
  removeRecord(place, name)
}

/** The volumes of every engine of this place: their data. */
export async function removeVolumes(place: Place, names: readonly string[]): Promise<void> {
  for (const name of names) {
    try {
      await docker(['volume', 'rm', '--force', containerName(place, name)])
    } catch {
      // there is no daemon, or something else uses it
    }
  }
}

function containerName({ id }: Place, name: string): string {
  return `headroom-${id}-${name}`
}

async function removeContainer(container: string): Promise<void> {
  try {
    await docker(['rm', '--force', container])
  } catch {
    // there is none
  }
}

interface DockerOptions {
  readonly limitMs?: number
  readonly signal?: AbortSignal
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

function docker(words: readonly string[], { limitMs = ASK_LIMIT_MS, signal, input, env }: DockerOptions = {}) {
  return runTool('docker', words, {
    limitMs,
    env: { ...process.env, ...env },
    ...(signal && { signal }),
    ...(input !== undefined && { input }),
  })
}
