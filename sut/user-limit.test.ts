// Whose requests count together where all of a kind share a memory.

import { expect, it } from 'vitest'
import type { RateScope } from './config.ts'
import { type Counted, userLimit } from './user-limit.ts'

const USER = 7
const REFUSED = { code: 'too-many-requests' }

/** Processes of one system. Its memory has one second, however long the test takes. */
function starting(userRateScope: RateScope) {
  const asked = new Map<string, number>()
  const add = async (who: string) => {
    const now = (asked.get(who) ?? 0) + 1
    asked.set(who, now)
    return { now, before: 0 }
  }
  return (counted: Counted) => userLimit(counted, { userRatePerSecond: 2, userRateScope }, { add })
}

it.each(['app', 'admin', 'adapter', 'monolith'] as const)('counts a user over all processes of %s', async (counted) => {
  const start = starting('all')
  for (const limit of [start(counted), start(counted)]) await limit.take(USER)
  await expect(start(counted).take(USER)).rejects.toMatchObject(REFUSED)
  await start(counted).take(USER + 1)
})

it('counts a form that the adapter passes on once at each, and no kind for another', async () => {
  const start = starting('all')
  for (const counted of ['app', 'admin', 'adapter', 'monolith'] as const) {
    for (const limit of [start(counted), start(counted)]) await limit.take(USER)
  }
})

it('counts each process by itself unless it is told otherwise', () => {
  const start = starting('process')
  for (const limit of [start('adapter'), start('adapter')]) {
    expect([limit.take(USER), limit.take(USER)]).toEqual([null, null])
    expect(() => limit.take(USER)).toThrow(expect.objectContaining(REFUSED))
  }
})
