// The page in a real browser, from disk: complete, silent, offline, and not to be taken over by a text in it.
// Chromium: HEADROOM_CHROMIUM names it, else the usual places.

import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { fullLadderFixture } from '../measurements/fixtures/ladder.ts'
import { browserScript } from './browser-script.ts'
import { capacityOf, type Evidence } from './capacity.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { hostileEvidence } from './fixtures/hostile.ts'
import { measurementsFixture } from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'
import { page as reportPage } from './page.ts'

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium']
const executablePath = process.env.HEADROOM_CHROMIUM ?? USUAL_PLACES.find((path) => existsSync(path))

const EVIDENCE: Readonly<Record<string, Evidence>> = {
  ordinary: {
    resolved: resolvedPlanFixture(),
    dataset: datasetFixture(),
    measurements: measurementsFixture(),
    ladder: fullLadderFixture(),
  },
  hostile: hostileEvidence(),
}

/** A ladder has five of its own. */
const CHARTS: Readonly<Record<string, number>> = { ordinary: 16, hostile: 11 }

/** What a reader of the documents opens first. */
const SAMPLE = 'full-table'
const SAMPLE_FOLDER = fileURLToPath(new URL('../docs/sample-report', import.meta.url))

let browser: Browser
let folder: string
const trouble: string[] = []

beforeAll(async () => {
  if (executablePath === undefined) return
  folder = await mkdtemp(join(tmpdir(), 'headroom-page-'))
  const script = await browserScript()
  for (const [name, evidence] of Object.entries(EVIDENCE)) {
    await writeFile(join(folder, `${name}.html`), reportPage({ ...evidence, capacity: capacityOf(evidence), script }))
  }
  await copyFile(join(SAMPLE_FOLDER, `${SAMPLE}.html`), join(folder, `${SAMPLE}.html`))
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

async function open(name: string, widthPx: number, javaScriptEnabled = true): Promise<Page> {
  trouble.length = 0
  const context = await browser.newContext({
    viewport: { width: widthPx, height: 900 },
    javaScriptEnabled,
    offline: true,
  })
  const page = await context.newPage()
  const address = pathToFileURL(join(folder, `${name}.html`)).href
  page.on('console', (message) => trouble.push(`console ${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => trouble.push(`dialog: ${dialog.message()}`))
  page.on('request', (request) => {
    if (request.url() !== address) trouble.push(`request: ${request.url()}`)
  })
  await page.goto(address)
  if (javaScriptEnabled) {
    await page.waitForFunction(`[...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg'))`)
  }
  return page
}

describe.skipIf(executablePath === undefined)('the report in a browser', () => {
  it.each(Object.keys(EVIDENCE))('draws every chart of the %s run, says nothing and asks for nothing', async (name) => {
    const page = await open(name, 1200)
    const empty = await page.$$eval(
      '.chart',
      (charts) => charts.filter((chart) => chart.querySelectorAll('svg path, svg line, svg text').length < 10).length,
    )
    expect(await page.locator('.chart').count()).toBe(CHARTS[name])
    expect(empty).toBe(0)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it.each([360, 900, 1600])('fits a screen %d px wide, opened and closed, and after a resize', async (widthPx) => {
    const page = await open('ordinary', widthPx)
    const overflowPx = () =>
      page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    const widestChartPx = () =>
      page.$$eval('.chart', (charts) => Math.max(...charts.map((chart) => chart.scrollWidth - chart.clientWidth)))
    expect(await overflowPx()).toBe(0)
    await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true })`)
    expect(await overflowPx()).toBe(0)
    await page.setViewportSize({ width: 500, height: 900 })
    await page.waitForTimeout(200)
    expect(await overflowPx()).toBe(0)
    expect(await widestChartPx()).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  it.each([360, 900, 1200])('shows every legend whole on a screen %d px wide, also after a resize', async (widthPx) => {
    const page = await open('ordinary', widthPx === 360 ? 1200 : 360)
    const cut = () =>
      page.$$eval('.chart svg', (pictures) =>
        pictures.flatMap((picture) => {
          const { top, right } = picture.getBoundingClientRect()
          const labels = [...picture.querySelectorAll('.role-legend-label text')].map((label) => ({
            text: label.textContent,
            box: label.getBoundingClientRect(),
          }))
          return labels.filter(({ box }) => box.right > right || box.top < top).map(({ text }) => text)
        }),
      )
    expect(await cut()).toEqual([])
    await page.setViewportSize({ width: widthPx, height: 900 })
    await expect.poll(cut).toEqual([])
    await page.context().close()
  })

  it('shows hostile texts as texts', async () => {
    const page = await open('hostile', 1200)
    expect(await page.title()).not.toBe('owned')
    expect(await page.locator('img, svg[onload], [onmouseover]').count()).toBe(0)
    expect(await page.locator('script').count()).toBe(2)
    expect(await page.locator('#reproduce pre').innerText()).toContain('</script><img src=x')
    await page.mouse.move(600, 600)
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('says with headings, labels and words what it shows', async () => {
    const page = await open('ordinary', 1200)
    expect(await page.locator('h1').innerText()).toBe('PASS')
    const order = ['Claims', 'Full tables', 'Rows per table', 'Capacity of one machine, per flow', 'What gives first']
    expect((await page.locator('h2').allInnerTexts()).slice(0, 5)).toEqual(order)
    const unnamed = await page.$$eval(
      '.chart:not([role=img][aria-label]), table:not(:has(caption)), th:not([scope]), section:not([aria-labelledby])',
      (elements) => elements.map((element) => element.outerHTML.slice(0, 80)),
    )
    expect(unnamed).toEqual([])
    await page.context().close()
  })

  it.each([
    { name: 'ordinary', colorScheme: 'light', widthPx: 1200 },
    { name: 'ordinary', colorScheme: 'dark', widthPx: 360 },
    { name: SAMPLE, colorScheme: 'light', widthPx: 360 },
    { name: SAMPLE, colorScheme: 'dark', widthPx: 1200 },
  ] as const)(
    'has nothing that an accessibility checker names: $name, $colorScheme, $widthPx px',
    async ({ name, colorScheme, widthPx }) => {
      const page = await open(name, widthPx)
      await page.emulateMedia({ colorScheme })
      await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true })`)
      // Not as a script of the page: its policy lets in none but its own.
      await page.evaluate(axe.source)
      const found = await page.evaluate<{ id: string; nodes: string[] }[]>(
        `axe.run().then(({ violations }) =>
        violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target }) => target.join(' ')) })))`,
      )
      expect(found).toEqual([])
      await page.context().close()
    },
  )

  it('tells what a mark stands for under the pointer', async () => {
    const page = await open('ordinary', 1200)
    await page.locator('[data-chart=rows-per-table] .mark-rect path').first().hover()
    await expect.poll(() => page.locator('.tip').innerText()).toContain('orders_00')
    expect(trouble).toEqual([])
    await page.context().close()
  })

  it('keeps every figure without JavaScript', async () => {
    const page = await open('ordinary', 1200, false)
    expect(await page.locator('noscript').count()).toBe(1)
    expect(await page.locator('#tables table tbody tr').count()).toBe(64)
    await page.context().close()
  })

  it('carries all the evidence it was drawn from', async () => {
    const page = await open('ordinary', 1200)
    const { resolved, dataset, measurements, ladder } = EVIDENCE.ordinary as Evidence
    const carried = await page.$$eval('a[download]', (links) =>
      links.map((link) => [link.getAttribute('download'), link.getAttribute('href')?.split(',')[1] ?? '']),
    )
    const contents = carried.map(([file, base64 = '']) => [
      file,
      JSON.parse(Buffer.from(base64 ?? '', 'base64').toString()),
    ])
    expect(Object.fromEntries(contents)).toEqual(
      JSON.parse(
        JSON.stringify({
          [RUN_FILES.measurements]: measurements,
          [RUN_FILES.plan]: resolved,
          [RUN_FILES.dataset]: dataset,
          [RUN_FILES.ladder]: ladder,
        }),
      ),
    )
    await page.context().close()
  })
})
