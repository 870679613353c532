import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { parsePlan } from './load-plan.ts'
import { parsePlanChange } from './plan-change.ts'
import { planHash } from './resolve-plan.ts'

const TEXT = readFileSync(new URL('../plan.yaml', import.meta.url), 'utf8')
const DEPLOYMENT = `
deployment:
  cpuSpeed: 1.2
  gateway: { hosts: 2, cores: 4 }
  services: { hosts: 6, cores: 16, memoryBytes: 64e9 }
  mysql: { hosts: 8, cores: 16, memoryBytes: 256e9, diskBytes: 4e12, diskIops: 100e3 }
  redis: { hosts: 1, cores: 2 }
  elasticsearch: { hosts: 4, cores: 8, diskBytes: 2e12, primaries: 3, replicas: 1 }
`

function mistakesIn(text: string, ...changes: readonly string[]): string {
  try {
    parsePlan(text, 'plan.yaml', 'tables', changes.map(parsePlanChange))
  } catch (error) {
    if (error instanceof Refusal) return error.why.join('\n')
    throw error
  }
  return ''
}

describe('a deployment in a plan', () => {
  it('has defaults, and a speed that may stand alone', () => {
    const { deployment } = parsePlan(TEXT + DEPLOYMENT, 'plan.yaml')
    expect(deployment?.cpuSpeed).toEqual({ low: 1.2, mid: 1.2, high: 1.2 })
    expect(deployment?.mysql).toMatchObject({ hosts: 8, hitRatio: 0.95 })
  })

  it('is no part of what data is seeded from', () => {
    const plain = planHash(parsePlan(TEXT, 'plan.yaml'))
    expect(planHash(parsePlan(TEXT + DEPLOYMENT, 'plan.yaml'))).toBe(plain)
    expect(planHash(parsePlan(TEXT, 'plan.yaml', 'tables', [parsePlanChange('headroom=0.4')]))).not.toBe(plain)
  })

  it.each([
    [
      'hosts: 2, cores: 4 }',
      'hosts: 2, core: 4 }',
      /gateway\.cores is missing\n.*gateway\.core is unknown: did you mean cores\?/,
    ],
    ['cpuSpeed: 1.2', 'cpuSpeed: {low: 2, mid: 1, high: 3}', /deployment\.cpuSpeed must have low ≤ mid ≤ high/],
    ['cpuSpeed: 1.2', 'cpuSpeed: 0', /deployment\.cpuSpeed must be > 0/],
    [
      'hosts: 8, cores',
      'hosts: 8, shardsPerHost: 8, cores',
      /deployment\.mysql must have either hosts or shardsPerHost/,
    ],
    ['mysql: { hosts: 8,', 'mysql: {', /deployment\.mysql must have either hosts or shardsPerHost/],
    ['hosts: 8, cores', 'hosts: 65, cores', /mysql\.hosts must not exceed the 64 shards, not 65/],
    [
      'redis: { hosts: 1',
      'redis: { hosts: 2',
      /redis\.hosts must be 1, not 2: the services know one address of each Redis/,
    ],
    ['replicas: 1', 'replicas: 4', /replicas must be below the number of hosts \(4\), not 4/],
    ['memoryBytes: 64e9', 'memoryBytes: 64M', /services\.memoryBytes must be a number, not "64M": write 64e6/],
    ['diskIops: 100e3', 'iops: 100e3', /mysql\.diskIops is missing/],
  ])('is refused where it is wrong: %s → %s', (right, wrong, why) => {
    expect(mistakesIn(TEXT + DEPLOYMENT.replace(right, wrong))).toMatch(why)
  })

  it.each<[string, string, readonly RegExp[]]>([
    [
      'mysql: { hosts: 8, cores: 16',
      'mysql: { hosts: 99, cores: -1',
      [/mysql\.cores must be > 0, not -1$/m, /mysql\.hosts must not exceed the 64 shards, not 99$/m],
    ],
    [
      'hosts: 4, cores: 8, diskBytes: 2e12, primaries: 3, replicas: 1',
      'hosts: 1, cores: 0, diskBytes: 2e12, primaries: 3, replicas: 5',
      [/elasticsearch\.cores must be > 0, not 0$/m, /replicas must be below the number of hosts \(1\), not 5/],
    ],
    [
      'cpuSpeed: 1.2',
      'cpuSpeed: {low: 2, mid: 1, high: 3, most: 4}',
      [/cpuSpeed\.most is unknown$/m, /cpuSpeed must have low ≤ mid ≤ high, not 2, 1, 3$/m],
    ],
  ])('is judged whole: %s → %s', (right, wrong, messages) => {
    expect(DEPLOYMENT).toContain(right)
    const text = mistakesIn(TEXT + DEPLOYMENT.replace(right, wrong))
    for (const message of messages) expect(text).toMatch(message)
    expect(text.split('\n')).toHaveLength(messages.length)
  })

  it('holds nothing against a bound that is wrong itself', () => {
    const wrong = DEPLOYMENT.replace('elasticsearch: { hosts: 4', 'elasticsearch: { hosts: 0')
    expect(mistakesIn(TEXT + wrong)).toMatch(/^line \d+: deployment\.elasticsearch\.hosts must be >= 1, not 0$/)
  })

  it('lists every mistake at once', () => {
    const wrong = DEPLOYMENT.replace('hosts: 8', 'hosts: 80').replace('redis: { hosts: 1', 'redis: { hosts: 3')
    expect(mistakesIn(TEXT + wrong).split('\n')).toHaveLength(2)
  })

  it('can be changed from the command line, also where it was left out', () => {
    const more = parsePlan(TEXT + DEPLOYMENT, 'plan.yaml', 'tables', [parsePlanChange('deployment.mysql.hosts=16')])
    expect(more.deployment?.mysql.hosts).toBe(16)
    expect(mistakesIn(TEXT, 'deployment.mysql.hosts=16')).toMatch(/deployment\.services is missing/)
  })
})
