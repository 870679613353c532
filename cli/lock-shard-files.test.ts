import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockShardFiles } from './lock-shard-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('lockShardFiles', () => {
  it('refuses a shard that somebody writes, and takes none of the others', () => {
    const release = lockShardFiles(folder, [1, 2])
    expect(() => lockShardFiles(folder, [0, 2, 3])).toThrow(/another seeder is writing into/)
    lockShardFiles(folder, [0, 3])()
    release()
    lockShardFiles(folder, [0, 2, 3])()
  })

  it('leaves nothing in the folder', () => {
    lockShardFiles(folder, [1, 2])()
    expect(readdirSync(folder)).toEqual([])
  })
})
