// k6 2.2 hangs, one core pegged, on syntax that its TypeScript step lets through and its interpreter does not know; other
// syntax it refuses or gets wrong. None of it may come near the scenarios or what they import.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

const BANNED = {
  'using declarations': /^\s*(await\s+)?using\s+\w+\s*=/m,
  accessors: /\baccessor\s+[#\w]/,
  decorators: /^\s*@\w+/m,
  'for await': /\bfor\s+await\b/,
  'import attributes': /\bfrom\s+'[^']+'\s+with\s*\{/,
  'dynamic import': /\bimport\s*\(/,
  toLocaleString: /\.toLocale\w*String\(/,
  'RegExp v flag': /\/[dgimsuy]*v[dgimsuy]*\.(test|exec)\(/,
  'what k6 has no global for': /\b(structuredClone|URLSearchParams|new URL|Intl\.|performance\.|process\.|Buffer\.)/,
  'iterator helpers and grouping': /\b(Object\.groupBy|Map\.groupBy|Array\.fromAsync|Promise\.withResolvers)\b/,
  'own randomness': /Math\.random/,
} as const

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')

/** Every file that k6 loads: the scenarios and, through imports, contracts. */
function loaded(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const visit = (path: string) => {
    if (files.has(path)) return
    const text = read(path)
    files.set(path, text)
    for (const [, target] of text.matchAll(/^(?:import|export)\s(?!type\b)[^'"]*?from\s+'(\.[^']+)'/gm)) {
      visit(join(path, '..', target ?? ''))
    }
  }
  for (const file of readdirSync(join(ROOT, 'scenarios'))) {
    if (/^[a-z-]+\.ts$/.test(file)) visit(join('scenarios', file))
  }
  return files
}

describe('what k6 loads', () => {
  const files = loaded()

  it('is found', () => {
    expect([...files.keys()]).toEqual(expect.arrayContaining(['scenarios/mix.ts', 'contracts/seeded-order.ts']))
  })

  it.each(Object.entries(BANNED))('holds no %s', (_, pattern) => {
    expect([...files].filter(([, text]) => pattern.test(code(text))).map(([path]) => path)).toEqual([])
  })

  it('imports full file names', () => {
    const short = [...files].flatMap(([path, text]) =>
      [...text.matchAll(/from\s+'(\.[^']+)'/g)].filter(([, target]) => !target?.endsWith('.ts')).map(() => path),
    )
    expect(short).toEqual([])
  })

  it('would be caught', () => {
    expect(BANNED['for await'].test('for await (const x of y) {}')).toBe(true)
    expect(BANNED['import attributes'].test("import x from './x.json' with { type: 'json' }")).toBe(true)
    expect(BANNED.decorators.test('  @logged\n  run() {}')).toBe(true)
    expect(BANNED['using declarations'].test('  using file = open()')).toBe(true)
  })
})
