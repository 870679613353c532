// A status that changes without its version is told to nobody: neither the mirror nor the import would see that the order is
// another one. So whoever changes it moves the version too, except the monolith's own code, which ends with epoch 0.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SUT = join(import.meta.dirname, '..')
const UPDATE = /UPDATE \S+ SET ([^`'"]*?)\s+WHERE/g

it('no statement changes a status without its version, but those of the time before a migration', () => {
  const files = readdirSync(SUT, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|setup|fixture)\.ts$/.test(file),
  )
  const updates = files.flatMap((file) =>
    [...readFileSync(join(SUT, file), 'utf8').matchAll(UPDATE)]
      .map(([, assignments = '']) => ({ file, assignments }))
      .filter(({ assignments }) => /\bstatus = /.test(assignments)),
  )
  expect(updates.length).toBeGreaterThan(5)
  const unversioned = updates.filter(({ assignments }) => !/\bversion = /.test(assignments))
  expect([...new Set(unversioned.map(({ file }) => file))]).toEqual([join('legacy', 'settle-order.ts')])
})
