// A spike of the real k6 on a server whose capacity is known: one that never gets over it, and one that does. Two minutes
// each: only with HEADROOM_PROVOCATIONS. By default the claim is tried on simulated loads, and what k6 leaves over in
// `k6.integration.test.ts`.

import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { OUTCOME_LEFT_OVER } from '../contracts/journal.ts'
import { ENVIRONMENTAL_CODES } from '../contracts/measurement.ts'
import type { OwnFlowPlan, ResolvedPlan } from '../contracts/plan.ts'
import { type RunningServer, startKnownServer } from './fixtures/known-server.ts'
import { journalsOf, PLAN, type TestRun, testLoad } from './fixtures/load.setup.ts'
import { bundleFlow, ownFlowOf } from './own-flow.ts'

const TIMES = Number(process.env.HEADROOM_PROVOCATIONS ?? 0)
/** The lead-in at 10/s, then 30 s, the spike, and 60 s: two minutes, and three times that where something comes between. */
const LONGEST_MS = 600_000
const SPIKE_SECONDS = 10
const PEAK_PER_SECOND = 200
const FLOW: OwnFlowPlan = { p99Ms: 200, errorRate: 0.01, ordinaryPerSecond: 10, peakPerSecond: PEAK_PER_SECOND }

let server: RunningServer
afterEach(async () => {
  await server.close()
})

/** Each worker does 25 requests a second. */
async function spikeOn(workers: number): Promise<TestRun> {
  server = await startKnownServer({ workers, serviceMs: 40, law: 'fixed' })
  const runDir = await mkdtemp(join(tmpdir(), 'headroom-spike-'))
  const file = join(runDir, 'mine.ts')
  await writeFile(file, "import http from 'k6/http'\nexport default () => void http.get(__ENV.BASE_URL)\n")
  const script = join(runDir, 'flows', 'mine.js')
  await bundleFlow(ownFlowOf(file), script)
  return await testLoad(server, {
    runDir,
    loads: ['mine'],
    own: { name: 'mine', weights: { mine: 1 }, script },
    target: { baseUrl: server.baseUrl, kind: 'http', jwtSecret: '', processes: [] },
    plan: { ...PLAN, plan: { ...PLAN.plan, recoverySeconds: 30, flows: { mine: FLOW } } } satisfies ResolvedPlan,
    profile: 'spike',
    ratePerSecond: PEAK_PER_SECOND,
    durationSeconds: SPIKE_SECONDS,
  })
}

/** What other work on the machine had a part in is believed by nobody. */
const wasSpoilt = ({ measurements }: TestRun) =>
  measurements.steps.slice(-3).some(({ invalid }) => invalid.some(({ code }) => ENVIRONMENTAL_CODES.includes(code)))

describe.runIf(TIMES > 0)('a spike of real requests', () => {
  it(
    'that the server never gets over fails, and what could not be sent is known',
    async () => {
      // 2 600 are due, 25 a second are served.
      const run = await spikeOn(1)
      const [result] = run.measurements.results
      const { entries } = (await journalsOf(run)).at(-1) ?? { entries: [] }
      expect(entries.filter(({ outcome }) => outcome === OUTCOME_LEFT_OVER).length).toBeGreaterThan(100)
      const numbers = entries.map(({ iteration }) => iteration).sort((a, b) => a - b)
      expect(numbers).toEqual(numbers.map((_, at) => at))
      expect(numbers.length).toBeGreaterThan(2600)
      expect(result?.verdict).not.toBe('PASS')
      if (wasSpoilt(run)) return
      expect(result).toMatchObject({ verdict: 'FAIL', claim: { value: null, target: 30 } })
      expect(result?.reason).toMatch(/^not back within the 60 s that were watched; 30 s are allowed/)
    },
    LONGEST_MS,
  )

  it(
    'that the server works off in time passes, and says how soon',
    async () => {
      // 1 000 too many, worked off at 90 a second.
      const run = await spikeOn(4)
      const [result] = run.measurements.results
      expect(result?.verdict).not.toBe('FAIL')
      if (wasSpoilt(run)) return
      expect(result).toMatchObject({ verdict: 'PASS', claim: { value: expect.any(Number), target: 30 } })
      expect(result?.claim?.value).toBeGreaterThan(5)
    },
    LONGEST_MS,
  )
})
