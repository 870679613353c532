import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { CHECKOUT } from './place.ts'
import { startEngines } from './start-engines.ts'

const stateFolder = `.headroom/test-start-${process.pid}`

afterEach(() => rmSync(join(CHECKOUT, stateFolder), { recursive: true, force: true }))

it('refuses an address that is none before anything is made, fetched or started beside it', async () => {
  const said: string[] = []
  const starting = startEngines({
    keep: false,
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    stateFolder,
    // No way to get an engine: without the look at the address this would be refused for another reason.
    env: { HEADROOM_ELASTICSEARCH_URL: 'foo', HEADROOM_ENGINES: 'local', PATH: '' },
  })
  await expect(starting).rejects.toSatisfy(
    (error) => error instanceof Refusal && error.what.includes('HEADROOM_ELASTICSEARCH_URL'),
  )
  expect(said).toEqual([])
  expect(existsSync(join(CHECKOUT, stateFolder))).toBe(false)
})

it('leaves engines alone that an older Headroom was told to keep, and says what starts all', async () => {
  const state = join(CHECKOUT, stateFolder)
  mkdirSync(state, { recursive: true })
  writeFileSync(join(state, 'owner.json'), JSON.stringify({ pid: 1, startedAt: '', keep: true }))
  const engines = join(state, 'engines.json')
  writeFileSync(engines, JSON.stringify({ mysql: {}, elasticsearch: {}, redis: {} }))
  const starting = startEngines({
    keep: false,
    signal: new AbortController().signal,
    say: () => {},
    stateFolder,
    env: { HEADROOM_ENGINES: 'local', PATH: '' },
  })
  await expect(starting).rejects.toMatchObject({ wayOut: 'Start them: npm run up' })
  expect(existsSync(engines)).toBe(true)
})
