// `npm run load checkout` while a migration goes on: each run finds the monolith's data and its own orders in the store that is
// read, and says where the switches stood.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { endedCommand } from '../cli/ended-command.fixture.ts'
import type { Step } from '../contracts/measurement.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { PHASE_RULES, PHASES, type Phase } from '../contracts/switches.ts'
import { seedLegacy } from '../generators/legacy/seed-legacy.ts'
import { smallVolume } from '../generators/small-volume.fixture.ts'
import { runLoad } from '../measurements/run-load.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { capacityOf } from '../reports/capacity.ts'
import { readEvidence } from '../reports/run-evidence.ts'
import { type MigratedSystem, startMigratedSystem } from '../sut/migrated-system.setup.ts'
import { changeSetting } from '../sut/switches/change-setting.ts'
import { ANYBODY } from '../sut/switches/two-ledgers.setup.ts'

const engines = inject('engines')
const MAX_TRIES = 3
const PLAN = resolvePlan(await loadPlan(join(import.meta.dirname, '..', 'plan.yaml')))

let migrated: MigratedSystem

beforeAll(async () => {
  migrated = await startMigratedSystem('one-process', (url) =>
    seedLegacy(
      { volume: smallVolume(200), seed: 1, scale: 1, timeBudgetSeconds: 60, reset: false, ifEmpty: false },
      {
        address: { url },
        freeDiskBytes: null,
        memoryBytes: 1e12,
        signal: new AbortController().signal,
        say: () => {},
        startProgress: () => ({ update: () => {}, stop: () => {} }),
      },
    ),
  )
  await migrated.begin()
  // The services hear of it within a poll of the switches; until then theirs is the sharded database, which holds nothing.
  await vi.waitFor(seesItsData, { timeout: 30_000, interval: 100 })
})
afterAll(() => migrated?.stop())

async function seesItsData(): Promise<void> {
  const answer = await migrated.system.call({ path: '/.well-known/headroom' })
  expect(answer).toMatchObject({ body: { dataset: { seed: 1 } } })
}

async function load(onStep: (step: Step) => void = () => {}) {
  const { baseUrl, jwtSecret, processes } = migrated.system.sut.endpoint
  const runDir = await mkdtemp(join(tmpdir(), 'headroom-moving-'))
  const measurements = await runLoad({
    loads: ['checkout'],
    arrivals: 'poisson',
    profile: 'smoke',
    ratePerSecond: 20,
    durationSeconds: 6,
    budgetSeconds: 60,
    target: { baseUrl, jwtSecret, processes },
    // Of this system: the databases are the test's own.
    engines: {
      ...engines,
      mysql: { ...engines.mysql, url: migrated.system.mysqlUrl },
      legacyMysql: { ...engines.legacyMysql, url: migrated.legacy.url },
    },
    k6: engines.k6,
    plan: PLAN,
    runDir,
    command: 'a test',
    signal: new AbortController().signal,
    say: () => {},
    onStep,
  })
  return { measurements, runDir }
}

/** Beside other work on the machine a process is kept waiting for its own Redis: such a run is made again. */
async function undisturbedLoad(): ReturnType<typeof load> {
  for (let tries = 1; ; tries++) {
    const run = await load()
    const isDisturbed = run.measurements.invalid.some(({ code }) => code === 'engine-lost')
    if (!isDisturbed || tries === MAX_TRIES) return run
  }
}

/** From the phase before. */
async function moveTo(phase: Phase): Promise<void> {
  if (phase === 'phase2') {
    await changeSetting({ monolith: 'business-layer' }, ANYBODY, migrated.tools)
    await sleep(1_000) // until the monolith has heard of it
    await migrated.importAll()
    await migrated.compared()
  }
  // What the load has left is told first.
  const moved = async () => expect(await migrated.move(phase)).toMatchObject({ kind: 'moved' })
  await vi.waitFor(moved, { timeout: 60_000, interval: 200 })
  if (phase === 'phase2') await reindexed()
}

/** Until then the index knows what has changed since the beginning, and a load says that its data is incomplete. */
async function reindexed(): Promise<void> {
  const env = {
    HEADROOM_MYSQL_URL: migrated.system.mysqlUrl,
    HEADROOM_LEGACY_MYSQL_URL: migrated.legacy.url,
    HEADROOM_ELASTICSEARCH_URL: engines.elasticsearch.url,
  }
  const { code, text } = await endedCommand('cli/reindex.ts', [], { env })
  expect(code, text).toBe(EXIT_CODES.pass)
}

describe('a load', () => {
  it.each(PHASES)(
    'of checkouts in %s finds its data and its orders, and says where the migration stood',
    async (phase) => {
      if (phase !== 'legacy') await moveTo(phase)
      const { measurements, runDir } = await undisturbedLoad()
      expect(measurements.invalid).toEqual([])
      const monolith = PHASE_RULES[phase].authority === 'legacy' ? 'own-database' : 'business-layer'
      const position = { phase, mirror: 'batched', monolith, comparePerMille: 0 }
      expect(measurements.conditions.migration).toMatchObject({ start: position, end: position })
      const { acknowledged = 0, missing } = measurements.acknowledged ?? {}
      expect(acknowledged).toBeGreaterThan(50)
      expect(missing).toBe(0)
      const { claims } = capacityOf(await readEvidence(runDir))
      expect(claims.find(({ id }) => id === 'data-complete')).toMatchObject({ verdict: 'PASS' })
      expect(claims.find(({ id }) => id === 'acknowledged-orders-kept')?.verdict).toBe('PASS')
    },
  )

  it('proves nothing where the migration moved under it', async () => {
    let moving: ReturnType<MigratedSystem['move']> | undefined
    const { measurements } = await load(() => {
      moving ??= migrated.move('phase2')
    })
    expect(await moving).toMatchObject({ kind: 'moved' })
    const moved = expect.stringMatching(/^the migration moved: done.* before; phase2/)
    expect(measurements.invalid).toContainEqual({ code: 'target-changed', evidence: moved })
  })
})
