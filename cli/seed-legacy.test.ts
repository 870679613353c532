import { expect, it } from 'vitest'
import { smallVolume } from '../generators/small-volume.fixture.ts'
import type { CommandContext } from './run-command.ts'
import { seedMonolith } from './seed-legacy.ts'

const OPTIONS = { seed: 1, scale: 0.5, timeBudget: 60, dryRun: true, elsewhere: [] }

function context(said: string[]): CommandContext {
  return {
    signal: new AbortController().signal,
    json: false,
    say: (line: string) => void said.push(line),
    onCleanup: () => {},
  } as unknown as CommandContext
}

it('refuses words that are about 64 tables, a search index or files', async () => {
  const asked = seedMonolith({ ...OPTIONS, elsewhere: ['--shards', '--out'] }, smallVolume(), context([]))
  await expect(asked).rejects.toMatchObject({ what: '--shards and --out say nothing to --legacy' })
})

it('says what it would write, without a database', async () => {
  const said: string[] = []
  expect(await seedMonolith(OPTIONS, smallVolume(100), context(said))).toBe(0)
  // 64 tables of 50 or 51 orders.
  expect(said[0]).toMatch(/^3,2\d\d orders and payments in t_order, [0-9,]+ items$/)
})
