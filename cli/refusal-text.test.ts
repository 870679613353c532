import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { faultText, refusalText } from './refusal-text.ts'

describe('refusalText', () => {
  const command = `npm run load -- checkout --rate 50 --duration 30s --plan ${'long/'.repeat(12)}plan.yaml`
  const text = refusalText(
    'load',
    new Refusal({
      what: `something that takes ${'many '.repeat(20)}words to say`,
      why: ['the reason, which is also longer than a line of eighty columns can be, is told in two of them'],
      wayOut: 'Start the engines of this checkout again, all of them, and see: npm run up, then try again:',
      command,
    }),
  )
  const lines = text.trimEnd().split('\n')

  it('keeps to 80 columns, and leaves a command whole on a line of its own', () => {
    expect(lines.at(-1)).toBe(`    ${command}`)
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('does not break a short command in a sentence', () => expect(text).toContain('npm run up'))
})

describe('faultText', () => {
  const bare = new Error()
  bare.stack = 'Error\n    at somewhere (file.ts:1:2)'
  it.each([
    [new TypeError('two\nlines'), 'TypeError: two'],
    [new Error('', { cause: new Error('the disk') }), 'Error: the disk'],
    [new Error('', { cause: 'a word' }), 'Error: a word'],
    [bare, 'Error: at somewhere (file.ts:1:2)'],
    ['thrown', 'thrown'],
  ])('%s', (error, text) => expect(faultText(error)).toBe(text))
})
