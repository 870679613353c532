import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Ladder } from '../../contracts/ladder.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { writeLadder } from './ladder-file.ts'
import { unfinishedLadder } from './unfinished-ladder.ts'

const runsDir = mkdtempSync(join(tmpdir(), 'headroom-ladders-'))
afterAll(() => rmSync(runsDir, { recursive: true }))

const asked = { planHash: 'p', seed: 1, shard: 7, rungs: [1e6], flows: ['list'], studies: true } as const
const same = { asked, poolShare: 0.5 }
const ladder = (more: Partial<Ladder>) =>
  ({ asked, planPool: { share: 0.5, basis: '' }, finished: false, rungs: [], ...more }) as unknown as Ladder

it('is the newest of the same question; a finished one and those of other questions are none', async () => {
  expect(await unfinishedLadder({}, same, runsDir)).toBeNull()
  await writeLadder(join(runsDir, 'done'), ladder({ finished: true, updatedAt: '2026-01-03' }))
  await writeLadder(join(runsDir, 'old'), ladder({ updatedAt: '2026-01-01' }))
  await writeLadder(join(runsDir, 'new'), ladder({ updatedAt: '2026-01-02' }))
  expect((await unfinishedLadder({}, same, runsDir))?.runDir).toBe(join(runsDir, 'new'))
  expect(await unfinishedLadder({}, { ...same, asked: { ...asked, shard: 8 } }, runsDir)).toBeNull()
  expect(await unfinishedLadder({}, { ...same, poolShare: 0.6 }, runsDir)).toBeNull()
  expect(await unfinishedLadder({ reset: true }, same, runsDir)).toBeNull()
})

it('is the one that --run names, and no other than was asked for', async () => {
  const named = (name: string) => unfinishedLadder({ run: join(runsDir, name) }, same, runsDir)
  expect((await named('old'))?.runDir).toBe(join(runsDir, 'old'))
  expect(await named('not-there')).toBeNull()
  await expect(named('done')).rejects.toThrow(Refusal)
  await writeLadder(join(runsDir, 'other'), ladder({ asked: { ...asked, rungs: [5e6] } }))
  await expect(named('other')).rejects.toMatchObject({ why: [expect.stringContaining('rungs 5000000')] })
})
