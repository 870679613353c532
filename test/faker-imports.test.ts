// Faker takes every process and thread that loads it tens of milliseconds: it is for those who write the catalogue.

import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

/** What loading a file loads with it: types are erased, and import() happens later or never. */
function loadedBy(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>()
  const open = [entry]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (loaded.has(path)) continue
    loaded.add(path)
    if (!path.endsWith('.ts')) continue
    const text = readFileSync(join(ROOT, path), 'utf8')
    for (const [, specifier] of text.matchAll(/^(?:import|export)\s(?!type\b)(?:[^'"`;]*?from\s*)?'([^']+)'/gm)) {
      if (specifier === undefined) continue
      open.push(specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier)
    }
  }
  return loaded
}

const fakerIn = (entry: string) => [...loadedBy(entry)].filter((name) => name.startsWith('@faker-js/'))

describe('faker', () => {
  it('is loaded by who writes or verifies the catalogue', () => {
    for (const entry of ['generators/seed.ts', 'generators/seed-files.ts', 'generators/verify/verify.ts']) {
      expect([entry, fakerIn(entry)]).toEqual([entry, ['@faker-js/faker/locale/en']])
    }
  })

  it.each(['generators/workers/seed-worker.ts', 'generators/build-dataset.ts', 'sut/main.ts', 'scenarios/mix.ts'])(
    'is not loaded by %s',
    (entry) => {
      expect(loadedBy(entry).size).toBeGreaterThan(5)
      expect(fakerIn(entry)).toEqual([])
    },
  )
})
