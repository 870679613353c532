import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Capacity } from '../contracts/capacity.ts'
import { verdictText } from './verdict-text.ts'

const sample = JSON.parse(
  readFileSync(new URL('../docs/sample-report/capacity.json', import.meta.url), 'utf8'),
) as Capacity

it('says the answer and every claim in 80 columns, and breaks no command and no number', () => {
  const text = verdictText(sample)
  const lines = text.split('\n')
  expect(lines[0]).toBe(sample.verdict)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  for (const { verdict, id } of sample.claims) {
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ {2}${verdict} +${id} `)))
  }
  const whole = text.replace(/\n {10,}/g, ' ')
  for (const { sentence } of sample.answer) expect(whole).toContain(sentence)
  for (const { evidence } of sample.claims) expect(whole).toContain(evidence)
  expect(text).toContain('npm run validate -- --full')
  expect(text).toContain('46\u202f643\u202f902 rows')
})
