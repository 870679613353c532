// Settings → k6 options: one scenario, one rate. The series of rates is the caller's business: one k6 process per step.

import type { Options, Scenario } from 'k6/options'
import type { Settings } from './parse-settings.ts'

/** No request outlives this: an answer that late is a failure, and k6 must not wait for it for ever. */
export const REQUEST_TIMEOUT_SECONDS = 10
/** k6 wants whole numbers: the rate in tenths per second. */
const RATE_UNIT_SECONDS = 10

/** The rate k6 really offers. */
export function offeredPerSecond(settings: Pick<Settings, 'ratePerSecond'>): number {
  return Math.max(1, Math.round(settings.ratePerSecond * RATE_UNIT_SECONDS)) / RATE_UNIT_SECONDS
}

export function k6Options(settings: Settings): Options {
  return {
    scenarios: { flow: scenario(settings) },
    // A redirect would measure another target, or leave the one whose owner agreed.
    maxRedirects: 0,
    setupTimeout: '15s',
    systemTags: ['name', 'status', 'error_code', 'scenario'],
    summaryTrendStats: ['count', 'avg', 'min', 'med', 'p(95)', 'p(99)', 'max'],
    thresholds: {
      // Without samples k6 calls a threshold met, so the first line is that there are any.
      iterations: ['count>0'],
      dropped_iterations: ['count==0'],
      script_exceptions: ['count==0'],
      checks: ['rate>=0.999'],
      http_req_failed: ['rate<=0.001'],
      ...(settings.p99Ms === null ? {} : { from_intended_start: [`p(99)<=${settings.p99Ms}`] }),
    },
  }
}

function scenario(settings: Settings): Scenario {
  const duration = `${settings.durationSeconds}s`
  const gracefulStop = `${REQUEST_TIMEOUT_SECONDS + 2}s`
  if (settings.arrivals === 'closed') {
    return { executor: 'constant-vus', vus: settings.virtualUsers, duration, gracefulStop }
  }
  return {
    executor: 'constant-arrival-rate',
    rate: Math.round(offeredPerSecond(settings) * RATE_UNIT_SECONDS),
    timeUnit: `${RATE_UNIT_SECONDS}s`,
    duration,
    // Users that k6 adds in mid-step start one at a time and late: all are there before the first request.
    preAllocatedVUs: settings.virtualUsers,
    maxVUs: settings.virtualUsers,
    gracefulStop,
  }
}
