import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeploymentTier, DeploymentTierName } from '../../contracts/capacity.ts'
import type { Deployment, ResolvedPlan } from '../../contracts/plan.ts'
import { flowBottlenecks } from '../bottlenecks.ts'
import { deploymentFixture } from '../fixtures/deployment.ts'
import { defaultSteps, loadFixture, measurementsFixture, stepFixture } from '../fixtures/measurements.ts'
import { resolvedPlanFixture } from '../fixtures/resolved-plan.ts'
import { deploymentTiers, tierEvidence } from './deployment.ts'
import { shareOfFullest } from './mysql-tiers.ts'
import { deploymentProposal } from './proposal.ts'
import { shareOfFullestNode } from './search-tiers.ts'

/** No flow that runs in a mix only. */
const EACH_ALONE = { requestsPerOrder: { pay: 0, cancel: 0 } }

const evidenceOf = (resolved: ResolvedPlan, measurements = measurementsFixture()) =>
  tierEvidence(resolved, measurements, flowBottlenecks(measurements))

const evidence = evidenceOf(resolvedPlanFixture(EACH_ALONE))

function tiersOf(changes: Partial<Deployment> = {}, given = evidence): Record<DeploymentTierName, DeploymentTier> {
  const tiers = deploymentTiers(deploymentFixture(changes), given)
  return Object.fromEntries(tiers.map((tier) => [tier.tier, tier])) as Record<DeploymentTierName, DeploymentTier>
}

const usedOf = (changes: Partial<Deployment>, tier: DeploymentTierName, given = evidence) =>
  tiersOf(changes, given)[tier].used

const { mysql, elasticsearch, services } = deploymentFixture()
const CPU_TIERS = ['gateway', 'services', 'mysql-cpu', 'redis', 'search'] as const
const hosts = fc.integer({ min: 1, max: 64 })

describe('the use of a tier', () => {
  it('is Σ rate × CPU a request × (1 + headroom) ÷ cores, by the measured costs', () => {
    // List 0.82, detail 0.74, checkout 2.1, search 0.7 ms of the services.
    const cores = 3.18 * (6 * 0.82 + 4 * 0.74 + 2.1 + 0.05 * 0.7)
    expect(usedOf({}, 'services')?.mid).toBeCloseTo((cores * 1.3) / (6 * 16), 4)
  })

  it('is that of the host with the fullest shards', () => {
    const rows = [10, 30, 20, 40]
    expect([1, 2, 4].map((count) => shareOfFullest(rows, count))).toEqual([0.4, 0.7, 1])
    const cores = 3.18 * (6 * 0.31 + 4 * 0.38 + 2.4)
    const share = shareOfFullest(evidence.resolved.rowsByTable, 8)
    expect(share).toBeGreaterThan(1 / 8)
    expect(usedOf({}, 'mysql-cpu')?.mid).toBeCloseTo((cores * 1.3 * share) / 16, 4)
  })

  it('is the same for hosts and for shards a host', () => {
    const { hosts: _, ...bare } = mysql
    expect(usedOf({ mysql: { ...bare, shardsPerHost: 8 } }, 'mysql-cpu')).toEqual(usedOf({}, 'mysql-cpu'))
  })

  it('spans the uncertain peak, the costs and the speed of the cores', () => {
    const sure = usedOf({}, 'services')
    const unsure = usedOf({ cpuSpeed: { low: 0.5, mid: 1, high: 2 } }, 'services')
    expect(sure?.high).toBeCloseTo((sure?.mid ?? 0) * (5_260 / 3_180), 3)
    expect(unsure?.mid).toBe(sure?.mid)
    expect(unsure?.high).toBeGreaterThan(sure?.high ?? 0)
    expect(unsure?.low).toBeLessThan(sure?.low ?? 0)
  })

  it('counts indexing in every copy, and a search in one', () => {
    const copies = (replicas: number) => usedOf({ elasticsearch: { ...elasticsearch, hosts: 6, replicas } }, 'search')
    const [none, one] = [copies(0), copies(1)]
    // Three shards on six nodes: a third of the work on a node; six: a sixth, of which indexing is twice as much.
    const [indexing, searching] = [3.18 * 0.5, 3.18 * 0.05 * 5.2]
    expect((one?.mid ?? 0) / (none?.mid ?? 1)).toBeCloseTo(
      (2 * indexing + searching) / 6 / ((indexing + searching) / 3),
      3,
    )
  })

  it('keeps a Redis to one thread', () => {
    expect(usedOf({ redis: { hosts: 1, cores: 16 } }, 'redis')).toEqual(
      usedOf({ redis: { hosts: 1, cores: 1 } }, 'redis'),
    )
  })

  it('falls as memory takes reads from the disks', () => {
    const at = (memoryBytes: number) => usedOf({ mysql: { ...mysql, memoryBytes } }, 'mysql-iops')?.mid ?? 0
    expect(at(64e9)).toBeGreaterThan(2 * at(128e9))
    // All of the data in memory: 6 writes and 2 flushes a checkout are left.
    const share = shareOfFullest(evidence.resolved.rowsByTable, 8)
    expect(at(1e12)).toBeCloseTo((8 * 3_180 * 1.3 * share) / 100e3, 3)
  })
})

describe('laws of a deployment', () => {
  it('more hosts never make a tier fuller', () => {
    fc.assert(
      fc.property(hosts, hosts, (a, b) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)]
        const at = (count: number) =>
          tiersOf({
            gateway: { hosts: count, cores: 4 },
            services: { ...services, hosts: count },
            mysql: { ...mysql, hosts: count },
            elasticsearch: { ...elasticsearch, hosts: count },
          })
        const [before, after] = [at(few), at(many)]
        for (const { tier, used } of Object.values(after)) {
          expect([tier, (used?.high ?? 0) <= (before[tier].used?.high ?? 0) * (1 + 1e-9)]).toEqual([tier, true])
        }
      }),
      { numRuns: 20 },
    )
  })

  it('a peak as many times as high needs as many times the CPU, however sure it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 20, noNaN: true }), (factor) => {
        const peak = { low: 2_140 * factor, mid: 3_180 * factor, high: 5_260 * factor }
        const scaled = tiersOf({}, evidenceOf(resolvedPlanFixture({ ...EACH_ALONE, peakCheckoutsPerSecond: peak })))
        const plain = tiersOf()
        for (const tier of CPU_TIERS) {
          for (const level of ['low', 'mid', 'high'] as const) {
            expect((scaled[tier].used?.[level] ?? 0) / (plain[tier].used?.[level] ?? 1)).toBeCloseTo(factor, 6)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('cores as many times as fast are as much less used', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), (speed) => {
        const cpuSpeed = { low: speed, mid: speed, high: speed }
        for (const tier of CPU_TIERS) {
          expect((usedOf({ cpuSpeed }, tier)?.mid ?? 0) * speed).toBeCloseTo(usedOf({}, tier)?.mid ?? 0, 9)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('copies of shards come whole', () => {
    expect([1, 3, 4, 6, 12].map((nodes) => shareOfFullestNode(6, nodes) * 6)).toEqual([6, 2, 2, 1, 1])
  })
})

describe('what was not measured', () => {
  const judged = (measurements: Parameters<typeof evidenceOf>[1]) =>
    tiersOf({}, evidenceOf(resolvedPlanFixture(EACH_ALONE), measurements))

  it('is not guessed from too few windows', () => {
    const steps = (['list', 'detail', 'checkout', 'search'] as const).map((flow, at) =>
      stepFixture({ flow, offeredPerSecond: 100 }, at + 1),
    )
    const tiers = judged(measurementsFixture({ steps }))
    expect(tiers.services).toMatchObject({ used: null, verdict: 'INVALID', rule: expect.stringContaining('too few') })
  })

  it('is not guessed for a component that was not observed', () => {
    const steps = defaultSteps().map((step) => ({
      ...step,
      components: step.components.filter(({ name }) => name !== 'mysql'),
    }))
    expect(judged(measurementsFixture({ steps }))['mysql-cpu']).toMatchObject({
      used: null,
      rule: 'the CPU of MySQL was not observed',
    })
  })

  it('is not taken for nothing where no cost can be told from nothing', () => {
    const steps = defaultSteps().map((step) => ({
      ...step,
      components: step.components.map((one) => (one.name === 'redis' ? { ...one, cpuSeconds: 0 } : one)),
    }))
    expect(judged(measurementsFixture({ steps })).redis).toMatchObject({ used: null, verdict: 'INVALID' })
  })

  it('is told apart from a component that has no part in a flow', () => {
    expect(tiersOf().search.verdict).toBe('PASS')
  })

  it('does not count a flow twice that ran alone and in a load that cannot be told apart', () => {
    const mix = (rate: number, index: number) =>
      loadFixture(
        {
          load: 'mix',
          offeredPerSecond: rate,
          durationSeconds: 100,
          flows: {
            list: { iterations: 50 * rate, p99Ms: 80 },
            detail: { iterations: 30 * rate, p99Ms: 80 },
            checkout: { iterations: 15 * rate, p99Ms: 80 },
            search: { iterations: 5 * rate, p99Ms: 80 },
          },
        },
        index,
      )
    const alone = [100, 200, 300].map((rate, at) => stepFixture({ flow: 'list', offeredPerSecond: rate }, at + 5))
    const steps = [mix(100, 1), mix(150, 2), mix(200, 3), mix(260, 4), ...alone]
    const { peak } = evidenceOf(resolvedPlanFixture(EACH_ALONE), measurementsFixture({ steps }))
    expect(peak.parts.map(({ flow }) => flow)).toEqual(['mix'])
    expect(peak.missing).toEqual([])
  })
})

describe('the proposal', () => {
  const { candidates, tips } = deploymentProposal(evidence)

  it('has two candidates, the cheaper first, in which every tier holds', () => {
    expect(candidates.flatMap(({ tiers }) => tiers.map(({ verdict }) => verdict))).toEqual(Array(22).fill('PASS'))
    const [first, second] = candidates
    expect(first?.costInCores).toBeLessThanOrEqual(second?.costInCores ?? 0)
    expect(first?.deployment.mysql).not.toEqual(second?.deployment.mysql)
  })

  it('has no host too many', () => {
    for (const { deployment } of candidates) {
      const fewer = { ...deployment.mysql, hosts: (deployment.mysql.hosts ?? 0) - 1 }
      const verdicts = Object.values(tiersOf({ ...deployment, mysql: fewer })).map(({ verdict }) => verdict)
      expect(verdicts.every((verdict) => verdict === 'PASS')).toBe(false)
    }
  })

  it('says what would change with less asked of it', () => {
    expect(tips).toHaveLength(3)
    for (const tip of tips) expect(tip).toMatch(/MySQL would need \d+ hosts .* or \d+ hosts .*(cheaper|stay)\.$/)
  })

  it('says that no number of hosts helps a Redis that is too small', () => {
    const busy = defaultSteps().map((step) => ({
      ...step,
      components: step.components.map((one) =>
        one.name === 'redis' ? { ...one, cpuSeconds: one.cpuSeconds * 20 } : one,
      ),
    }))
    const proposal = deploymentProposal(
      evidenceOf(resolvedPlanFixture(EACH_ALONE), measurementsFixture({ steps: busy })),
    )
    expect(proposal.candidates).toHaveLength(2)
    expect(proposal.tips[0]).toMatch(/^Neither solves Redis/)
  })

  it('is not made of what was not measured', () => {
    const steps = defaultSteps().filter(({ load }) => load !== 'search')
    const none = deploymentProposal(evidenceOf(resolvedPlanFixture(EACH_ALONE), measurementsFixture({ steps })))
    expect(none).toEqual({ candidates: [], tips: ['None can be worked out: what search costs was not measured.'] })
  })
})
