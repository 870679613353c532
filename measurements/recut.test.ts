// A run folder is judged again from its journals, without any engine.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Measurements, Step } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { readEvidence } from '../reports/run-evidence.ts'
import { writeReport } from '../reports/write-report.ts'
import { FLOW, writeRunFolder } from './fixtures/run-folder.setup.ts'
import { contradiction, recut } from './recut.ts'
import { writeRunFile } from './run-file.ts'

let runDir: string
let stored: Measurements
let plan: ResolvedPlan

beforeEach(async () => {
  runDir = join(await mkdtemp(join(tmpdir(), 'headroom-recut-')), 'run')
  stored = await writeRunFolder(runDir)
  plan = (await readEvidence(runDir)).resolved
})

/** The step as somebody would like it to be. */
function prettier(change: (step: Step) => Partial<Step>): Measurements {
  return { ...stored, steps: stored.steps.map((step) => ({ ...step, ...change(step) })) }
}

const faster = ({ flows }: Step): Partial<Step> => {
  const figures = flows[FLOW]!
  return { flows: { [FLOW]: { ...figures, latency: { ...figures.latency, p99Ms: 12 } } } }
}

describe('a run that is cut again', () => {
  it('is what its journals say', async () => {
    expect(stored.steps[0]?.judgement.outcome).toBe('pass')
    const again = await recut(runDir, stored, plan)
    expect(again).toEqual({ compared: 1, without: 0, contradicted: [] })
    expect(contradiction(again)).toBeNull()
  })

  it('is contradicted where a figure is another one, and the figure is named', async () => {
    const again = await recut(runDir, prettier(faster), plan)
    const p99Ms = stored.steps[0]?.flows[FLOW]?.latency.p99Ms
    const sentence = `step 0 of mine, at 100/s, is pass either way: flows.mine.latency.p99Ms 12, by the journal ${p99Ms}`
    expect(again.contradicted).toEqual([sentence])
    expect(contradiction(again)).toEqual({ code: 'journal-differs', evidence: sentence })
  })

  it('is contradicted where a fail was stored as a pass', async () => {
    const slow = await writeRunFolder(runDir, { totalMs: (i) => (i % 20 === 0 ? 400 : 10) })
    expect(slow.steps[0]?.judgement.outcome).toBe('fail')
    const { contradicted } = await recut(runDir, stored, plan)
    expect(contradicted[0]).toMatch(/^step 0 .* is stored as pass, its journal gives fail: flows\.mine/)
  })

  it('is contradicted by a journal that was torn', async () => {
    await writeFile(join(runDir, stored.steps[0]?.journal ?? ''), 'no gzip')
    expect((await recut(runDir, stored, plan)).contradicted).toHaveLength(1)
  })

  it('counts as stored without its journals', async () => {
    await rm(join(runDir, 'drives'), { recursive: true })
    expect(await recut(runDir, prettier(faster), plan)).toEqual({ compared: 0, without: 1, contradicted: [] })
  })

  it('is INVALID in its report when it is contradicted, and says why', async () => {
    await writeRunFile(runDir, 'measurements.json', prettier(faster))
    const found = contradiction(await recut(runDir, prettier(faster), plan))!
    const { capacity } = await writeReport(runDir, [found])
    expect(capacity.verdict).toBe('INVALID')
    const claim = capacity.claims.find(({ id }) => id === 'evidence-valid')
    expect(claim?.reason).toContain(found.evidence)
    expect((await writeReport(runDir)).capacity.claims.find(({ id }) => id === 'evidence-valid')?.verdict).toBe('PASS')
  })
})
