import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepVolume, letContainerLive, runContainer } from './docker.ts'
import { type FakeDocker, fakeDocker } from './fake-docker.fixture.ts'
import type { StartContext } from './start-context.ts'

let state: string
let docker: FakeDocker

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'headroom-volume-'))
  docker = fakeDocker(['x:1'])
})
afterEach(() => {
  docker.remove()
  rmSync(state, { recursive: true })
})

const COMMAND = { name: 'mysql', image: 'x:1', containerPort: 1, port: 2, dataFolder: '/d', env: {}, words: [] }

async function run(): Promise<void> {
  const place = { id: 'x', state, home: state, cache: state, account: undefined }
  await runContainer({ place, signal: new AbortController().signal } as StartContext, COMMAND)
  letContainerLive(place, COMMAND.name)
}

const removals = () => docker.asked().filter((line) => line.startsWith('volume rm'))

it('makes the volume anew after a first start that was cut short', async () => {
  await run()
  expect(removals()).toEqual([])
  await run()
  expect(removals()).toEqual(['volume rm --force headroom-x-mysql'])
})

it('never touches a volume that an engine was healthy on, nor one it knows nothing about', async () => {
  await run()
  keepVolume({ id: 'x', state, home: state, cache: state, account: undefined }, COMMAND.name)
  await run()
  await run()
  expect(removals()).toEqual([])
})
