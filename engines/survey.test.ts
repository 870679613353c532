// What `npm run doctor` says of a machine that has nothing but what the README asks for, and of one that has less.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ENGINE_NAMES, type EngineName } from '../contracts/engines.ts'
import { type FakeDocker, fakeDocker } from './fake-docker.fixture.ts'
import { type EngineSurvey, surveyMachine } from './survey.ts'
import { VERSIONS } from './versions.ts'

const machine = vi.hoisted(() => ({ folder: '' }))

// Only PATH: this machine may have put programs elsewhere.
vi.mock('./find-program.ts', async (original) => {
  const { findProgram } = await original<typeof import('./find-program.ts')>()
  const inPathOnly: typeof findProgram = (names, path = process.env.PATH ?? '', account) => {
    const found = findProgram(names, path, account)
    return found !== undefined && path.split(delimiter).includes(dirname(found)) ? found : undefined
  }
  return { findProgram: inPathOnly }
})
// Nothing was fetched yet.
vi.mock('./place.ts', async (original) => {
  const place = () => ({ id: 'x', state: machine.folder, home: machine.folder, cache: machine.folder })
  return { ...(await original<typeof import('./place.ts')>()), openPlace: place }
})

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const { mysql, elasticsearch, redis, nginx, k6 } = VERSIONS.images
const imageOf = (engine: EngineName) => VERSIONS.images[engine === 'streams' ? 'redis' : engine]
const before = process.env.PATH
let docker: FakeDocker

beforeEach(() => {
  machine.folder = mkdtempSync(join(tmpdir(), 'headroom-machine-'))
  const programs = join(machine.folder, 'bin')
  mkdirSync(programs)
  symlinkSync(process.execPath, join(programs, 'node'))
  process.env.PATH = programs
})
afterEach(() => {
  docker.remove()
  process.env.PATH = before
  rmSync(machine.folder, { recursive: true })
})

/** A program that prints one line, whatever it is asked. */
function install(name: string, prints: string): void {
  writeFileSync(join(machine.folder, 'bin', name), `#!/bin/sh\necho '${prints}'\n`, { mode: 0o755 })
}

async function survey(): Promise<readonly EngineSurvey[]> {
  const { engines } = await surveyMachine({ PATH: process.env.PATH })
  expect(engines.map(({ engine }) => engine)).toEqual(ENGINE_NAMES)
  return engines
}

describe.runIf(process.platform === 'linux')('a machine with Node and Docker', () => {
  it('needs nothing else, as the README says: every engine comes out of its image', async () => {
    expect(README).toContain('- **Docker on Linux** (WSL 2 too), and nothing else:')
    docker = fakeDocker([mysql, elasticsearch, redis, nginx, k6])
    expect(await survey()).toEqual([
      { engine: 'mysql', origin: 'docker', detail: mysql },
      { engine: 'elasticsearch', origin: 'docker', detail: elasticsearch },
      { engine: 'redis', origin: 'docker', detail: redis },
      { engine: 'streams', origin: 'docker', detail: redis },
      { engine: 'nginx', origin: 'docker', detail: `copied out of ${nginx}` },
      { engine: 'k6', origin: 'docker', detail: `copied out of ${k6}` },
    ])
  })

  it('has every engine pulled where no image is there yet', async () => {
    docker = fakeDocker([])
    expect(await survey()).toEqual(
      ENGINE_NAMES.map((engine) => ({
        engine,
        origin: 'docker',
        detail: `${imageOf(engine)}, to be pulled`,
      })),
    )
  })
})

describe.runIf(process.platform === 'linux')('a machine without Docker', () => {
  const [, go = '', java = ''] =
    /\*\*Debian or Ubuntu without Docker\*\*: Go ≥ ([\d.]+), a JDK ≥ (\d+) and Maven/.exec(README) ?? []
  const asked = { 'apt-get': 'apt 2', dpkg: 'dpkg 1', go: `go${go}`, java: `openjdk ${java}`, mvn: 'Maven 3' }

  it('needs what the README says, of the versions it says: every engine is fetched', async () => {
    docker = fakeDocker(null)
    for (const [name, prints] of Object.entries(asked)) install(name, prints)
    expect((await survey()).map(({ origin, wayOut }) => [origin, wayOut])).toEqual(
      ENGINE_NAMES.map(() => ['fetched', undefined]),
    )
  })

  it.each([
    ['apt-get', ['mysql', 'redis', 'streams', 'nginx']],
    ['go', ['k6']],
    ['java', ['elasticsearch']],
    ['mvn', ['elasticsearch']],
  ])('cannot do without %s, and is told the way out for each engine', async (without, missing) => {
    docker = fakeDocker(null)
    for (const [name, prints] of Object.entries(asked)) if (name !== without) install(name, prints)
    const lost = (await survey()).filter(({ origin }) => origin === undefined)
    expect(lost.map(({ engine }) => engine)).toEqual(missing)
    for (const { wayOut } of lost) {
      expect(wayOut).toMatch(/install /i)
      expect(wayOut).toMatch(/start a Docker daemon/i)
    }
  })

  it('is told for every engine what would do, where it has nothing but Node', async () => {
    docker = fakeDocker(null)
    for (const { engine, origin, wayOut } of await survey()) {
      expect(origin, engine).toBeUndefined()
      expect(wayOut, engine).toContain(imageOf(engine))
    }
  })
})
