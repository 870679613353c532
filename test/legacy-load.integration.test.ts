// The monolith as a target: seeded, launched, and loaded by k6 through the gateway. What users ask for by `npm run load legacy`.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { monolithAt, planWithMonolith } from '../cli/legacy-load.ts'
import { LEGACY_FLOW } from '../contracts/plan.ts'
import { seedLegacy } from '../generators/legacy/seed-legacy.ts'
import { smallVolume } from '../generators/small-volume.fixture.ts'
import { runLoad } from '../measurements/run-load.ts'
import { verdictOf } from '../measurements/verdict.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { capacityOf } from '../reports/capacity.ts'
import { readEvidence } from '../reports/run-evidence.ts'
import { startTestSystem, type TestSystem, testDatabase } from '../sut/test-system.setup.ts'

const engines = inject('engines')
const PLAN = planWithMonolith(resolvePlan(await loadPlan(join(import.meta.dirname, '..', 'plan.yaml'))), { p99: 2_000 })

let database: Awaited<ReturnType<typeof testDatabase>>
let system: TestSystem

beforeAll(async () => {
  database = await testDatabase(engines.legacyMysql.url)
  await seedLegacy(
    { volume: smallVolume(200), seed: 1, scale: 1, timeBudgetSeconds: 60, reset: false, ifEmpty: false },
    {
      address: { url: database.url },
      freeDiskBytes: null,
      memoryBytes: 1e12,
      signal: new AbortController().signal,
      say: () => {},
      startProgress: () => ({ update: () => {}, stop: () => {} }),
    },
  )
  system = await startTestSystem(engines, 'one-process', database.url)
})
afterAll(async () => {
  await system?.stop()
  await database?.drop()
})

async function load() {
  const { baseUrl, jwtSecret, processes } = system.sut.endpoint
  const runDir = await mkdtemp(join(tmpdir(), 'headroom-legacy-'))
  const measurements = await runLoad({
    loads: [LEGACY_FLOW],
    arrivals: 'poisson',
    profile: 'smoke',
    ratePerSecond: 30,
    durationSeconds: 6,
    budgetSeconds: 60,
    target: monolithAt({ baseUrl, jwtSecret, processes }),
    legacyMysql: { url: database.url },
    engines,
    k6: engines.k6,
    plan: PLAN,
    runDir,
    command: 'a test',
    signal: new AbortController().signal,
    say: () => {},
  })
  return { measurements, runDir }
}

describe('a load on the monolith', () => {
  it('asks for its lists, orders and submissions, and finds every answer right', async () => {
    const { measurements, runDir } = await load()
    expect(measurements.invalid).toEqual([])
    const steps = measurements.steps.filter(({ kind }) => kind === 'measured')
    expect(steps.length).toBeGreaterThanOrEqual(1)
    for (const { flows } of steps) {
      expect(flows[LEGACY_FLOW]).toMatchObject({ failures: [] })
      expect(flows[LEGACY_FLOW]?.answered).toBeGreaterThan(50)
    }
    const { acknowledged = 0, missing } = measurements.acknowledged ?? {}
    expect(acknowledged).toBeGreaterThan(0)
    expect(missing).toBe(0)
    const [{ placed } = { placed: 0 }] = await database.rows<{ placed: number }>(
      'SELECT COUNT(*) AS placed FROM t_order WHERE kind = 1 AND submit_token IS NOT NULL',
    )
    expect(Number(placed)).toBeGreaterThanOrEqual(acknowledged)
    expect(verdictOf(measurements)).not.toBe('FAIL')

    const { claims, tables, ownFlows } = capacityOf(await readEvidence(runDir))
    expect(ownFlows.map(({ flow }) => flow)).toEqual([LEGACY_FLOW])
    expect([tables, claims.filter(({ subject }) => subject === 'tables')]).toEqual([null, []])
    expect(claims.find(({ id }) => id === 'acknowledged-orders-kept')?.verdict).toBe('PASS')
  })

  it('is INVALID when a seeded order is gone', async () => {
    await database.rows('DELETE FROM t_order WHERE id = 1')
    const { measurements } = await load()
    expect(measurements.invalid).toMatchObject([
      { code: 'data-incomplete', evidence: expect.stringMatching(/of \d+ seeded orders/) },
    ])
  })
})
