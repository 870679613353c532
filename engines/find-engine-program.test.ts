import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineProgram } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { type FakeDocker, fakeDocker } from './fake-docker.fixture.ts'
import { engineProgram, forecastProgram } from './find-engine-program.ts'
import { copiedPath, librariesIn } from './image-program.ts'
import type { ProgramEngine, StartContext } from './start-context.ts'

const IMAGE = 'example/k6:2.2.0'
const noGo = new Refusal({ what: 'no k6', why: ['there is no go'], wayOut: 'Install Go.' })
const built: EngineProgram = { path: '/built/k6', origin: 'fetched', version: '2.2.0' }

let folder: string
let docker: FakeDocker

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-programs-'))
})
afterEach(() => {
  docker.remove()
  rmSync(folder, { recursive: true })
})

function engineWith(parts: Partial<ProgramEngine>): ProgramEngine {
  return {
    name: 'k6',
    title: 'k6',
    wanted: 'exactly 2.2.0',
    inImage: { image: IMAGE, path: '/usr/bin/k6', isDynamic: false },
    findLocal: async () => undefined,
    findFetched: async () => undefined,
    fetchObstacle: async () => noGo,
    fetch: async () => built,
    versionOf: async () => '2.2.0',
    ...parts,
  }
}

function contextOf(way?: string): StartContext {
  const place = { id: 'x', state: folder, home: folder, cache: folder, account: undefined }
  const env = { ...process.env, HEADROOM_ENGINES: way }
  const signal = new AbortController().signal
  return { place, env, signal, size: 'load', credentials: {} as StartContext['credentials'], say: () => {} }
}

describe.runIf(process.platform === 'linux')('a program engine', () => {
  it('comes out of its image where it can neither be found nor fetched', async () => {
    docker = fakeDocker([IMAGE])
    expect(await forecastProgram(engineWith({}), contextOf())).toEqual({ origin: 'docker' })
  })

  it('is fetched where it can be, unless Docker alone is asked for', async () => {
    docker = fakeDocker([IMAGE])
    const engine = engineWith({ fetchObstacle: async () => undefined })
    expect(await engineProgram(engine, contextOf())).toBe(built)
    expect(await forecastProgram(engine, contextOf('docker'))).toEqual({ origin: 'docker' })
  })

  it('that was copied before is used again without Docker, but not where Docker is left out', async () => {
    docker = fakeDocker(null)
    const path = copiedPath(contextOf(), engineWith({}).inImage)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
    expect(await engineProgram(engineWith({}), contextOf())).toEqual({ path, origin: 'docker', version: '2.2.0' })
    await expect(engineProgram(engineWith({}), contextOf('programs'))).rejects.toThrow('no go')
  })

  it('that cannot be had is refused with every reason, and with what would mend it', async () => {
    docker = fakeDocker(null)
    const refusal = await engineProgram(engineWith({}), contextOf()).catch((error) => error)
    expect(refusal).toMatchObject({
      why: ['there is no go', 'no Docker daemon answers on this machine'],
      wayOut: 'Install Go; or start a Docker daemon (it would run example/k6:2.2.0).',
    })
    expect(await forecastProgram(engineWith({}), contextOf())).toEqual({ refusal })
  })

  it('does not ask for a daemon where one answers', async () => {
    docker = fakeDocker([])
    const refusal = await engineProgram(engineWith({}), contextOf()).catch((error) => error)
    expect(refusal.why).toContain('Docker has no image example/k6:2.2.0 and could not pull it')
    expect(refusal.wayOut).not.toContain('start a Docker daemon')
  })

  it('that fails to be fetched comes out of its image', async () => {
    docker = fakeDocker([])
    const fetch = async () => Promise.reject(new Refusal({ what: 'x', why: ['the mirror is down'], wayOut: 'Wait.' }))
    const engine = engineWith({ fetchObstacle: async () => undefined, fetch })
    const refusal = await engineProgram(engine, contextOf()).catch((error) => error)
    expect(refusal.why).toEqual(['the mirror is down', expect.stringContaining('could not pull it')])
  })
})

it('reads the libraries and the loader out of what ldd prints', () => {
  docker = fakeDocker(null)
  const printed = `	linux-vdso.so.1 (0x00007f25244c4000)
	libz.so.1 => /usr/lib/x86_64-linux-gnu/libz.so.1 (0x00007f25239bc000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f25244c6000)
`
  expect(librariesIn(printed)).toEqual(['/usr/lib/x86_64-linux-gnu/libz.so.1', '/lib64/ld-linux-x86-64.so.2'])
})
