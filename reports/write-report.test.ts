import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { measurementsFixture } from './fixtures/measurements.ts'
import { resolvedPlanFixture } from './fixtures/resolved-plan.ts'
import { writeReport } from './write-report.ts'

let runDir: string

const write = (file: string, content: unknown) => writeFile(join(runDir, file), JSON.stringify(content))
const read = (file: string) => readFile(join(runDir, file), 'utf8')

beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'headroom-report-'))
  await write(RUN_FILES.plan, resolvedPlanFixture())
  await write(RUN_FILES.dataset, datasetFixture())
  await write(RUN_FILES.measurements, measurementsFixture())
})
afterEach(() => rm(runDir, { recursive: true, force: true }))

async function refusal(): Promise<Refusal> {
  const error: unknown = await writeReport(runDir).catch((thrown: unknown) => thrown)
  if (!(error instanceof Refusal)) throw new Error(`no refusal but ${error}`)
  return error
}

// Bundling the page's script takes seconds on a busy machine.
describe('writeReport', { timeout: 60_000 }, () => {
  it('writes three files, and the same evidence gives the same bytes', async () => {
    const { reportPath, capacity } = await writeReport(runDir)
    expect(reportPath).toBe(join(runDir, RUN_FILES.report))
    expect(JSON.parse(await read(RUN_FILES.capacity))).toEqual(JSON.parse(JSON.stringify(capacity)))
    const files = [RUN_FILES.capacity, RUN_FILES.junit, RUN_FILES.report]
    const first = await Promise.all(files.map(read))
    await writeReport(runDir)
    const second = await Promise.all(files.map(read))
    expect(second.map((text, at) => text === first[at])).toEqual([true, true, true])
    expect((await readdir(runDir)).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('is one file below 2 MB that names no address to fetch', async () => {
    await writeReport(runDir)
    const html = await read(RUN_FILES.report)
    expect(html.length).toBeLessThan(2_000_000)
    const beforeScript = html.slice(0, html.lastIndexOf('<script>'))
    expect(beforeScript.match(/<(link|img|iframe|object|embed)\b|<script[^>]*\bsrc=|@import|url\(/i)).toBeNull()
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]
    expect(policy).toMatch(/^default-src &#39;none&#39;; script-src &#39;sha256-[^;]+&#39;; style-src &#39;sha256-/)
    expect(policy).not.toContain('unsafe')
  })

  it('says which orders the load asked for; a run from before says the law it had', async () => {
    const resolved = resolvedPlanFixture()
    await write(RUN_FILES.plan, { ...resolved, plan: { ...resolved.plan, recencyExponent: 5 } })
    await writeReport(runDir)
    const newest = async () => /half of the requests on the newest ([0-9.]+)\s%/.exec(await read(RUN_FILES.report))?.[1]
    expect(await newest()).toBe('3.1')
    const { recencyExponent: _, orders, ...older } = resolved.plan
    const { extraBytesPerRow: __, ...olderOrders } = orders
    await write(RUN_FILES.plan, { ...resolved, plan: { ...older, orders: olderOrders } })
    const { capacity } = await writeReport(runDir)
    expect(await newest()).toBe('12.5')
    expect(capacity.seeding?.extraBytesPerRow).toEqual({ planned: 0, seeded: 0 })
  })

  it('reports a run without a dataset as INVALID', async () => {
    await rm(join(runDir, RUN_FILES.dataset))
    expect((await writeReport(runDir)).capacity.verdict).toBe('INVALID')
  })

  it('refuses missing files, all at once', async () => {
    await rm(join(runDir, RUN_FILES.plan))
    await rm(join(runDir, RUN_FILES.measurements))
    expect((await refusal()).why).toEqual(['plan.json is missing', 'measurements.json is missing'])
  })

  it('refuses torn JSON', async () => {
    await writeFile(join(runDir, RUN_FILES.measurements), '{"runId": "x"')
    expect((await refusal()).why[0]).toMatch(/^measurements.json cannot be read: /)
  })

  it('refuses files of another shape, and says where', async () => {
    const [step] = measurementsFixture().steps
    await write(RUN_FILES.measurements, {
      ...measurementsFixture(),
      steps: [{ ...step, toMs: -1, invalid: undefined }],
    })
    await write(RUN_FILES.plan, { ...resolvedPlanFixture(), rowsByTable: [] })
    expect((await refusal()).why).toEqual([
      'plan.json: /rowsByTable must NOT have fewer than 1 items',
      "measurements.json: /steps/0 must have required property 'invalid'",
      'measurements.json: /steps/0/toMs must be >= 0',
    ])
  })
})
