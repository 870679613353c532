import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ENGINE_NAMES, type Engines } from '../contracts/engines.ts'
import { Refusal } from '../contracts/refusal.ts'
import { findEngines, readEngines, writeEngines } from './engines-file.ts'
import { CHECKOUT } from './place.ts'

const stateFolder = `.headroom/test-file-${process.pid}`
const state = join(CHECKOUT, stateFolder)
const whole = Object.fromEntries(ENGINE_NAMES.map((name) => [name, { version: '1' }])) as unknown as Engines

beforeEach(() => void mkdirSync(state, { recursive: true }))
afterEach(() => rmSync(state, { recursive: true, force: true }))

function refusalOfReading(): Refusal | undefined {
  try {
    readEngines(stateFolder)
  } catch (error) {
    if (error instanceof Refusal) return error
  }
  return undefined
}

it('names the engines that were left running', () => {
  writeEngines(state, whole)
  expect(readEngines(stateFolder)).toEqual(whole)
})

it('says that nothing runs, and what starts it', () => {
  expect(refusalOfReading()).toMatchObject({ what: 'no engines are running', wayOut: 'Start them: npm run up' })
})

it('takes engines of an older Headroom, which lack the Redis for streams, for none, and says why', () => {
  const { streams: _, ...older } = whole
  writeEngines(state, older as Engines)
  expect(findEngines(state)).toBeUndefined()
  const refusal = refusalOfReading()
  expect(refusal?.why.join()).toContain('an older Headroom')
  expect(refusal?.wayOut).toBe('Start them: npm run up')
})
