import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { newRunFolder } from './new-run-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'headroom-runs-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('is the folder that --run names, or a new one below runs/', () => {
  expect(newRunFolder(join(folder, 'mine', 'first'), 'load')).toBe(join(folder, 'mine', 'first'))
  expect(newRunFolder(undefined, 'load')).toMatch(/runs[\\/][\dT:-]+load$/)
})

it('is refused where a file stands in its way, or the evidence of another run', () => {
  const file = join(folder, 'measurements.json')
  writeFileSync(file, '{}')
  for (const run of [file, join(file, 'below')]) {
    expect(() => newRunFolder(run, 'load')).toThrow(`${file} is a file, and --run names a folder`)
  }
  expect(() => newRunFolder(folder, 'load')).toThrow('holds a run already')
})
