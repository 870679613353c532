// Programs from Debian packages without root and without installing them: a package index of our own, the packages and
// what they need beyond what is installed, unpacked into the cache.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { findProgram } from './find-program.ts'
import { waitForLock } from './lock.ts'
import { makeFolder, type Place } from './place.ts'
import { runTool, ToolFailure } from './run-tool.ts'
import type { StartContext } from './start-context.ts'

const INDEX_LIMIT_MS = 180_000
const DOWNLOAD_LIMIT_MS = 300_000

export interface DebianPrograms {
  readonly title: string
  readonly packages: readonly [string, ...string[]]
}

export function debianObstacle(place: Place, programs: DebianPrograms): Refusal | undefined {
  if (unpackedDebian(place, programs)) return undefined
  const { title, packages } = programs
  if (findProgram(['apt-get']) && findProgram(['dpkg'])) return undefined
  return new Refusal({
    what: `${title} is not installed and cannot be fetched here`,
    why: ['it is fetched from Debian packages, and this machine has no apt-get'],
    wayOut: `Install ${title} with this system's package manager (Debian's names: ${packages.join(' ')}).`,
  })
}

/** The folder that stands for `/`: `usr/sbin/nginx` is below it. */
export async function fetchDebian(
  context: Pick<StartContext, 'place' | 'say' | 'signal'>,
  programs: DebianPrograms,
): Promise<string> {
  const { place, say, signal } = context
  const [name] = programs.packages
  const root = join(place.cache, 'debian', name)
  if (existsSync(root)) return root
  const obstacle = debianObstacle(place, programs)
  if (obstacle) throw obstacle
  const folder = join(place.cache, 'debian')
  makeFolder(folder)
  const release = await waitForLock(join(folder, 'lock'), `fetching ${programs.title}`, signal)
  try {
    if (existsSync(root)) return root
    say(`fetching ${programs.title} from Debian packages into the cache (nothing is installed)`)
    removeLeftovers(folder)
    await unpackInto(`${root}.new`, folder, programs.packages, signal)
    renameSync(`${root}.new`, root)
    return root
  } catch (error) {
    signal.throwIfAborted()
    throw cannotFetch(programs, error)
  } finally {
    release()
  }
}

/** So that unpacked programs find the libraries unpacked with them. */
export function debianEnv(root: string | undefined, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!root) return env
  const folders = ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.includes('-linux-'))
        .map((name) => join(folder, name)),
    )
  return { ...env, LD_LIBRARY_PATH: folders.flatMap((folder) => [folder, ...privateFolders(folder)]).join(':') }
}

/** Some packages keep libraries in a folder of their own, found at its installed place only (pulseaudio, which Chromium wants). */
function privateFolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .filter((path) => readdirSync(path).some((name) => /^lib.*\.so/.test(name)))
}

async function unpackInto(root: string, folder: string, packages: readonly string[], signal: AbortSignal) {
  const apt = aptWords(folder)
  await updateIndex(apt, folder, signal)
  const plan = await runTool('apt-get', [...apt, 'install', '--simulate', '--no-install-recommends', ...packages], {
    limitMs: INDEX_LIMIT_MS,
    signal,
  })
  const missing = [...plan.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm)].map(
    ([, name, version]) => `${name}=${version}`,
  )
  const installed = packages.filter((name) => !missing.some((word) => word.startsWith(`${name}=`)))
  const downloads = `${root}.debs`
  mkdirSync(downloads)
  await runTool('apt-get', [...apt, 'download', ...missing, ...installed], {
    limitMs: DOWNLOAD_LIMIT_MS,
    signal,
    cwd: downloads,
  })
  makeFolder(root)
  for (const file of readdirSync(downloads)) {
    await runTool('dpkg', ['--extract', join(downloads, file), root], { limitMs: 60_000, signal })
  }
  rmSync(downloads, { recursive: true })
}

async function updateIndex(apt: readonly string[], folder: string, signal: AbortSignal): Promise<void> {
  try {
    await runTool('apt-get', [...apt, 'update'], { limitMs: INDEX_LIMIT_MS, signal })
  } catch (error) {
    signal.throwIfAborted()
    // One source of several may be out of reach, or a hook of the system wants root: what arrived may do.
    const arrived = readdirSync(join(folder, 'apt/lists')).some((name) => name.endsWith('_Packages'))
    if (!arrived) throw error
  }
}

/** The system's own sources and keys, everything apt writes in a folder of ours. */
function aptWords(folder: string): string[] {
  const lists = join(folder, 'apt/lists')
  const archives = join(folder, 'apt/archives')
  for (const path of [lists, archives]) mkdirSync(join(path, 'partial'), { recursive: true })
  const settings = {
    'Dir::State': join(folder, 'apt'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(folder, 'apt'),
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::GzipIndexes': 'false',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled': 'false',
  }
  return ['--quiet', '--yes', ...Object.entries(settings).flatMap(([name, value]) => ['--option', `${name}=${value}`])]
}

/** What a killed start left behind; the lock is ours, so nobody works on it. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.includes('.new')) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function cannotFetch({ title, packages }: DebianPrograms, error: unknown): Refusal {
  const tail = error instanceof ToolFailure ? error.tail : []
  return new Refusal({
    what: `${title} is not installed and could not be fetched`,
    why: [error instanceof Error ? error.message : String(error), ...tail],
    wayOut: `Install it yourself and start again: apt-get install --no-install-recommends ${packages.join(' ')}`,
    exitCode: EXIT_CODES.usage,
  })
}

/** Where it was unpacked before, if it was. */
export function unpackedDebian(
  { cache }: Pick<Place, 'cache'>,
  { packages: [name] }: DebianPrograms,
): string | undefined {
  const root = join(cache, 'debian', name)
  return existsSync(root) ? root : undefined
}
