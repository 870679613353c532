// Readiness: may this process be sent work? Only what every one of its answers needs is vital: its own store. All else makes
// the answer `degraded`, which is ready, and is a metric.

import type { Metrics } from './metrics.ts'

export interface HealthCheck {
  readonly name: string
  /** Without it this process cannot answer anything. */
  readonly vital: boolean
  /** Rejects when the thing checked is out of reach. */
  readonly check: () => Promise<unknown>
}

export interface Health {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly checks: Readonly<Record<string, 'ok' | 'down'>>
}

const CHECK_LIMIT_MS = 2_000
/** Probes in quick succession share one answer: asking for health must not become a load. */
const FRESH_MS = 500

export function healthOf(checks: () => readonly HealthCheck[], metrics: Metrics): () => Promise<Health> {
  let cached: Promise<Health> | undefined
  let askedAtMs = Number.NEGATIVE_INFINITY
  let last: Health['checks'] = {}
  metrics.gaugeBy('headroom_dependency_up', 'Whether it answered when health was last asked for', 'name', () =>
    Object.entries(last).map(([name, answer]) => [name, answer === 'ok' ? 1 : 0]),
  )
  return () => {
    if (!cached || performance.now() - askedAtMs > FRESH_MS) {
      askedAtMs = performance.now()
      cached = ask(checks())
      void cached.then((health) => {
        last = health.checks
      })
    }
    return cached
  }
}

async function ask(checks: readonly HealthCheck[]): Promise<Health> {
  const results = await Promise.all(
    checks.map(async ({ name, vital, check }) => ({ name, vital, up: await isUp(check) })),
  )
  const [ok, down] = [results.filter(({ up }) => up), results.filter(({ up }) => !up)]
  const status = down.some(({ vital }) => vital) ? 'unavailable' : down.length > 0 ? 'degraded' : 'ok'
  // Of several connections to one store the worst counts.
  return { status, checks: Object.fromEntries([...ok, ...down].map(({ name, up }) => [name, up ? 'ok' : 'down'])) }
}

async function isUp(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_LIMIT_MS)
  })
  try {
    return await Promise.race([check().then(() => true), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
