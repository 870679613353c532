// Shares of a script's load at a server of one's own: there is no dataset, and the targets may be the command line's alone.

import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { onDisk } from './fixtures/load.setup.ts'
import { type FolderOf, writeRunFolder } from './fixtures/run-folder.setup.ts'
import { mergeShares } from './merge-shares.ts'
import { writeRunFile } from './run-file.ts'
import { readShareRun } from './share-run.ts'
import { verdictOf } from './verdict.ts'

const SCRIPT = { told: { scriptHash: 'a'.repeat(64) } }

async function folderOf(index: number, of: FolderOf = {}): Promise<string> {
  const runDir = join(await mkdtemp(join(tmpdir(), 'headroom-share-')), `share-${index + 1}`)
  await writeRunFolder(runDir, { ...SCRIPT, share: { index, of: 2 }, ...of })
  return runDir
}

async function merged(folders: readonly string[]) {
  const runDir = join(await mkdtemp(join(tmpdir(), 'headroom-merged-')), 'merged')
  const shares = await Promise.all(folders.map(readShareRun))
  return { runDir, measurements: await mergeShares({ shares, runDir, command: 'a test' }) }
}

const whyOf = async (folders: readonly string[]) => {
  const error = await merged(folders).catch((thrown: unknown) => thrown)
  return error instanceof Refusal ? error.why : error
}

describe('shares of a script of one’s own', () => {
  it('become the run that one generator would have made', async () => {
    const alone = await writeRunFolder(join(await mkdtemp(join(tmpdir(), 'headroom-alone-')), 'alone'))
    const { runDir, measurements } = await merged([await folderOf(1), await folderOf(0)])
    const [step] = measurements.steps
    expect(step?.flows).toEqual(alone.steps[0]?.flows)
    expect(step).toMatchObject({ offeredPerSecond: 100, judgement: { outcome: 'pass' } })
    expect([verdictOf(measurements), measurements.results[0]?.reason]).toEqual([
      'PASS',
      'every flow met its targets at 100/s',
    ])
    expect((await readdir(runDir)).sort()).toEqual(['drives', 'measurements.json', 'plan.json'])
  })

  it('are refused where the script is another one, or has other targets', async () => {
    const first = await folderOf(0)
    expect(await whyOf([first, await folderOf(1, { told: { scriptHash: 'b'.repeat(64) } })])).toEqual([
      'share-2 has another script than share-1: bbbbbbbbbbbb, not aaaaaaaaaaaa',
    ])
    expect(await whyOf([first, await folderOf(1, { targets: { p99Ms: 200 } })])).toEqual([
      'share-2 has another target than share-1: mine p99 200 ms, errors 0.01, not mine p99 100 ms, errors 0.01',
    ])
  })

  it('are refused without the dataset, where the target held one', async () => {
    const runDir = await folderOf(0)
    await writeRunFile(runDir, 'measurements.json', { ...(await onDisk(runDir)), datasetFingerprint: 'one' })
    expect(await whyOf([runDir])).toEqual([expect.stringMatching(/^dataset.json: ENOENT/)])
  })
})
