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

  it.each([
    ['See, and then start them again: ', 'npm run up', ', then the rest.'],
    ['Compare them in full; it has to end with 0 differences: ', 'npm run compare-stores -- --full', ''],
    ['First: ', 'npm run switch -- set --monolith business-layer', '. Then compare the stores in full, both of them.'],
    ['Have the mirror switched on (', 'npm run switch -- set --mirror batched', ') and wait until it has caught up.'],
    ['Give it an address: ', 'npm run load -- checkout --target http://127.0.0.1:8080', '; or leave it.'],
    ['Try it by hand first, on the machine where it is to run (', 'docker run --rm grafana/k6:2.2.0', '), or not.'],
    ['Install it where programs are installed on this machine: ', 'apt-get install -y nginx-light redis-server', ''],
    ['Name another one, that is there and can be read: ', 'npm run plan -- my-plan.yaml', '.'],
  ])('does not break a command in a sentence: %s%s%s', (before, command, after) => {
    for (let words = 0; words < 12; words++) {
      const wayOut = `${'and '.repeat(words)}${before}${command}${after}`
      const said = refusalText('load', new Refusal({ what: 'no', why: [], wayOut }))
      expect(said).toContain(command)
      const beside = said.split('\n').map((line) => line.replace(command, '').trim().length)
      expect(Math.max(...beside)).toBeLessThanOrEqual(80)
      expect(said.replace(/\s+/g, ' ').trim()).toBe(`load: no ${wayOut}`)
    }
  })
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
