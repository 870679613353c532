import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFolder } from './lock-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('lets one at a time write into a folder, and leaves nothing there', () => {
  const release = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(/another seeder is writing into/)
  release()
  lockFolder(folder)()
  expect(readdirSync(folder)).toEqual([])
})

it('does without where there can be no lock', () => {
  expect(() => lockFolder(join(folder, 'not-there'))()).not.toThrow()
})
