// The documents against the code and each other: links lead somewhere, pages are found, variables and codes are all told.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { planText } from '../cli/plan-text.ts'
import { sweepPoint, sweepText } from '../cli/sweep-text.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { loadPlan, parsePlan, readPlanFile } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { parseSweep } from '../plan/sweep.ts'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const LONGEST_LINE = 120

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)))
const pages = tracked.filter((path) => path.endsWith('.md'))
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const PLAN = join(ROOT, 'plan.yaml')

/** Numbers keep their unit with blanks that do not break; a page is typed with ordinary ones. */
const asTyped = (printed: string) => printed.replace(/[\u00a0\u202f]/g, ' ')

interface Link {
  readonly page: string
  readonly file: string
  readonly anchor: string
}

function linksOf(page: string): readonly Link[] {
  return [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#')
      return { page, file: path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path)), anchor }
    })
}

/** As GitHub makes them: lower case, punctuation dropped, blanks to hyphens. */
function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  )
}

/** Lines of prose as they are read: no table, no code block, and of a link only its words. */
function proseLinesOf(page: string): readonly string[] {
  const outsideCode = textOf(page).replace(/^```[\s\S]*?^```/gm, '')
  return outsideCode
    .replace(/\]\([^)]*\)/g, ']')
    .split('\n')
    .filter((line) => !line.startsWith('|') && !line.startsWith('    '))
}

describe('documents', () => {
  it('show of npm run plan what it prints', async () => {
    const printed = asTyped(planText(resolvePlan(await loadPlan(PLAN))))
    const [, shown] = /\$ npm run --silent plan\n([\s\S]*?)…\n/.exec(textOf('README.md')) ?? []
    expect(printed.slice(0, shown?.length)).toBe(shown)
  })

  it.each([
    ['README.md', 'shards=64,96,128'],
    ['docs/plan.md', 'orders.yearlyGrowth.mid=0.2..0.8/0.2'],
  ])('%s shows of a sweep what it prints', async (page, words) => {
    const text = await readPlanFile(PLAN)
    const points = parseSweep(words).map((change) =>
      sweepPoint(change, resolvePlan(parsePlan(text, PLAN, 'projection', [change]))),
    )
    const [title = '', ...printed] = asTyped(sweepText(points))
      .split('\n')
      .map((line) => line.trim())
    const lines = textOf(page)
      .split('\n')
      .map((line) => line.trim())
    const [, ...shown] = lines.slice(lines.indexOf(title))
    const table = shown.slice(
      0,
      shown.findIndex((line) => line === '' || line === '```'),
    )
    expect(table).toEqual(printed.slice(0, -1))
  })

  it('link to files and headings that exist', () => {
    const broken = pages.flatMap(linksOf).filter(({ file, anchor }) => {
      if (!existsSync(join(ROOT, file))) return true
      return anchor !== '' && !anchorsOf(file).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('are all found from the index of their folder', () => {
    const reached = new Set(['docs/README.md'])
    for (const page of reached) {
      for (const { file } of linksOf(page)) if (pages.includes(file) && file.startsWith('docs/')) reached.add(file)
    }
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([])
  })

  it('tell every HEADROOM_ variable on one page, and none that is not there', () => {
    const isSource = (path: string) =>
      /\.(ts|mjs|yml)$|Dockerfile|\.ci\/run/.test(path) && !/(?<!integration)\.test\.ts$/.test(path)
    const namesIn = (text: string) => new Set(text.match(/HEADROOM_[A-Z0-9_]*[A-Z0-9]\b/g))
    const told = namesIn(textOf('docs/environment.md'))
    const inCode = namesIn(tracked.filter(isSource).map(textOf).join('\n'))
    // Code composes some names: HEADROOM_MYSQL + _URL, and NAME + _FILE, which the page explains once.
    const composed = (name: string) => [...told].some((known) => known.startsWith(`${name}_`))
    const untold = [...inCode].filter(
      (name) => !told.has(name.replace(/_FILE$/, '')) && !told.has(name) && !composed(name),
    )
    expect(untold).toEqual([])
    const stems = [...inCode, 'HEADROOM_COMPOSE']
    expect([...told].filter((name) => !stems.some((stem) => name === stem || name.startsWith(`${stem}_`)))).toEqual([])
  })

  it('tell every exit code', () => {
    const told = [...textOf('docs/exit-codes.md').matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]))
    expect(told.toSorted((a, b) => a - b)).toEqual(Object.values(EXIT_CODES).toSorted((a, b) => a - b))
  })

  it('keep lines of prose to a width that a person can read', () => {
    const tooLong = pages
      // A changelog is a line per change; the laws' pages are what `model -- OP --help` prints.
      .filter((page) => page !== 'CHANGELOG.md' && !/^docs\/model\/[a-z-]+\.md$/.test(page))
      .flatMap((page) => proseLinesOf(page).map((line) => ({ page, line })))
      .filter(({ line }) => line.length > LONGEST_LINE)
    expect(tooLong).toEqual([])
  })
})
