import { expect, it } from 'vitest'
import { deadlineExceeded } from '../telemetry/call-context.ts'
import { patiently } from './patiently.ts'

const { signal } = new AbortController()

it('does again what a database was too busy for', async () => {
  let tries = 0
  const done = await patiently(async () => {
    tries++
    if (tries < 3) throw deadlineExceeded()
    return 'done'
  }, signal)
  expect({ done, tries }).toEqual({ done: 'done', tries: 3 })
})

it('does not repeat a mistake', async () => {
  let tries = 0
  const work = async () => {
    tries++
    throw new TypeError('a mistake')
  }
  await expect(patiently(work, signal)).rejects.toThrow('a mistake')
  expect(tries).toBe(1)
})

it('ends at once where it is to end', async () => {
  const stopping = new AbortController()
  const work = async () => {
    stopping.abort(new Error('stopped'))
    throw deadlineExceeded()
  }
  await expect(patiently(work, stopping.signal)).rejects.toThrow()
})
