// A program out of a public image, for machines that have Docker and nothing else: copied into the cache once, with the
// libraries it names, and run like any other program. Not `docker run`: signals, niceness, files, 127.0.0.1 and /proc are
// those of this machine, and a generator in a container would be measured through one.

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { copyOutOfImage, dockerVersion, hasImage, pullImage, runInImage, withoutImage } from './docker.ts'
import { waitForLock } from './lock.ts'
import { makeFolder } from './place.ts'
import { ToolFailure } from './run-tool.ts'
import type { StartContext } from './start-context.ts'

export interface ImageProgram {
  readonly image: string
  /** Where the image keeps it. */
  readonly path: string
  /** Whether it needs libraries; the loader and all of them are copied, since this machine's may be older. */
  readonly isDynamic: boolean
}

/** Where the copy is, or would be. */
export function copiedPath({ place }: Pick<StartContext, 'place'>, { image, path }: ImageProgram): string {
  return join(place.cache, 'images', image.replaceAll(/[^A-Za-z0-9.]+/g, '-'), basename(path))
}

/** The path of the copy; throws a Refusal where the image cannot be had. */
export async function copyProgram(context: StartContext, program: ImageProgram): Promise<string> {
  const target = copiedPath(context, program)
  if (existsSync(target)) return target
  await bringImage(context, program.image)
  const folder = dirname(target)
  makeFolder(dirname(folder))
  const release = await waitForLock(`${folder}.lock`, `copying ${basename(target)} out of an image`, context.signal)
  try {
    if (existsSync(target)) return target
    context.say(`copying ${basename(target)} out of the image ${program.image} into the cache`)
    const draft = `${folder}.new`
    rmSync(draft, { recursive: true, force: true })
    makeFolder(draft)
    await copyInto(context, program, draft)
    renameSync(draft, folder)
    return target
  } catch (error) {
    context.signal.throwIfAborted()
    throw error instanceof ToolFailure ? notCopied(program, error) : error
  } finally {
    release()
  }
}

/** What can be told without pulling. */
export async function imageRefusal(env: NodeJS.ProcessEnv, image: string): Promise<Refusal | undefined> {
  const what = `no program can be taken out of ${image}`
  if (process.platform !== 'linux') {
    return new Refusal({ what, why: ['programs out of Docker images run on Linux only'], wayOut: '' })
  }
  if (await dockerVersion(env)) return undefined
  const { why, wayOut } = withoutImage('no-daemon', image)
  return new Refusal({ what, why: [why], wayOut })
}

async function bringImage(context: StartContext, image: string): Promise<void> {
  const refusal = await imageRefusal(context.env, image)
  if (refusal) throw refusal
  if ((await hasImage(image)) || (await pullImage(context, image, true))) return
  const { why, wayOut } = withoutImage('not-here', image)
  throw new Refusal({ what: `no program can be taken out of ${image}`, why: [why], wayOut })
}

async function copyInto(context: StartContext, { image, path, isDynamic }: ImageProgram, folder: string) {
  const name = basename(path)
  if (!isDynamic) return await copyOutOfImage(context, name, image, [{ from: path, to: join(folder, name) }])
  const libraries = librariesIn(await runInImage(context, image, ['ldd', path]))
  const loader = libraries.find((library) => basename(library).startsWith('ld-'))
  if (!loader) throw new Error(`${path} in ${image} names no loader: ${libraries.join(' ')}`)
  makeFolder(join(folder, 'lib'))
  const files = [path, ...libraries].map((from) => ({ from, to: join(folder, 'lib', basename(from)) }))
  await copyOutOfImage(context, name, image, files)
  writeFileSync(join(folder, name), startScript(basename(loader), name), { mode: 0o755 })
}

function notCopied({ image, path }: ImageProgram, { message, tail }: ToolFailure): Refusal {
  return new Refusal({
    what: `${path} could not be copied out of ${image}`,
    why: [message, ...tail],
    wayOut: `check that Docker runs containers (docker run --rm ${image})`,
  })
}

/** The paths in what ldd prints: `libz.so.1 => /lib/x/libz.so.1 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export function librariesIn(ldd: string): readonly string[] {
  return [...ldd.matchAll(/(?:=>|^)\s*(\/\S+)\s+\(0x/gm)].map(([, path = '']) => path)
}

function startScript(loader: string, program: string): string {
  return `#!/bin/sh
lib="$(dirname "$0")/lib"
exec "$lib/${loader}" --library-path "$lib" "$lib/${program}" "$@"
`
}
