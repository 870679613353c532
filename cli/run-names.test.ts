import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { runNames } from './run-names.ts'

it('lists runs by when they were started, not by name', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'headroom-runs-'))
  const write = async (name: string, text: string) => {
    await mkdir(join(runs, name))
    await writeFile(join(runs, name, RUN_FILES.measurements), text)
  }
  await write('zz-old', JSON.stringify({ startedAt: '2026-01-01T00:00:00Z' }))
  await write('2026-06-01', JSON.stringify({ startedAt: '2026-06-01T00:00:00Z' }))
  await write('aa-new', JSON.stringify({ startedAt: '2026-11-01T00:00:00Z' }))
  await write('torn', '{')
  await mkdir(join(runs, 'empty'))
  expect(await runNames(runs)).toEqual(['aa-new', '2026-06-01', 'zz-old', 'torn'])
  await rm(runs, { recursive: true })
})
