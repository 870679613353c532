import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { NEEDS, type Need, TRANSITIONS } from './transitions.ts'

it('the table of transitions stands in the document as it is', () => {
  const page = readFileSync(new URL('../../docs/how-do-we-switch-over-and-back.md', import.meta.url), 'utf8')
  const shown = page.split('\n').filter((line) => /^\| `\w+` → `\w+` \|/.test(line))
  const words = (needs: readonly Need[]) => needs.map((need) => `\`${need}\``).join(', ')
  expect(shown).toEqual(TRANSITIONS.map(({ from, to, needs }) => `| \`${from}\` → \`${to}\` | ${words(needs)} |`))
  for (const need of NEEDS) expect(page).toContain(`\n| \`${need}\` | `)
})
