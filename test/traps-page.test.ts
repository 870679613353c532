// docs/which-traps-does-a-migration-have.md against the tests that it names.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const page = readFileSync(join(ROOT, 'docs/which-traps-does-a-migration-have.md'), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('.test.ts`'))

interface NamedTest {
  readonly file: string
  readonly name: string
}

/** “names” stand behind the file that holds them. */
function testsIn(row: string): readonly NamedTest[] {
  const cell = row.split(' | ').at(-1) ?? ''
  return cell.split(/(?=`[\w/-]+(?:\.[\w-]+)*\.test\.ts`)/).flatMap((part) => {
    const file = /^`([^`]+)`/.exec(part)?.[1] ?? ''
    return [...part.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ file, name }))
  })
}

describe('the page of traps', () => {
  it('tells of nineteen, each with a test', () => {
    const numbers = rows.flatMap((row) => /^\| (\d+) \|/.exec(row)?.[1] ?? []).map(Number)
    expect(numbers).toEqual(Array.from({ length: 19 }, (_, at) => at + 1))
    for (const row of rows) expect(testsIn(row), row).not.toEqual([])
  })

  it('names tests that are there, by the file and the name', () => {
    const missing = rows.flatMap(testsIn).filter(({ file, name }) => {
      const path = join(ROOT, file)
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(`'${name}'`)
    })
    expect(missing).toEqual([])
  })
})
