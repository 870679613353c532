// Settings → k6 options: one scenario, one schedule, a fixed pool of virtual users.
//
// Every user takes the next request of the schedule, waits until it is due and sends it. k6's arrival-rate executors would
// drop what finds no free user, and number the rest as if nothing had been dropped; here it waits, is sent late, and its
// wait counts. So the i-th request is the i-th request whatever happens, and a stall is seen by everyone who was due in it.
// What no user could take before k6 ends is left over: the measurements find it missing, and count it as not answered.

import type { Options, Scenario } from 'k6/options'
import { offeringSeconds, requestCount, scheduleSeconds } from '../contracts/schedule.ts'
import { shareCount } from '../contracts/share.ts'
import type { Settings } from './parse-settings.ts'

/** No request outlives this: an answer that late is a failure, and k6 must not wait for it for ever. */
export const REQUEST_TIMEOUT_SECONDS = 10
const PROBE_SECONDS = 15
/** Others may take longer to get ready. */
export const START_GATE_SECONDS = 90

export function k6Options(settings: Settings): Options {
  return {
    scenarios: { flow: scenario(settings) },
    // A redirect would measure another target, or leave the one whose owner agreed.
    maxRedirects: 0,
    ...addressOptions(settings),
    setupTimeout: `${settings.startGate === null ? PROBE_SECONDS : START_GATE_SECONDS}s`,
    systemTags: ['name', 'status', 'error_code', 'scenario'],
    summaryTrendStats: ['count', 'avg', 'min', 'med', 'p(95)', 'p(99)', 'max'],
    thresholds: {
      // Without samples k6 calls a threshold met, so the first line is that there are any.
      iterations: ['count>0'],
      script_exceptions: ['count==0'],
      checks: ['rate>=0.999'],
      http_req_failed: ['rate<=0.001'],
      ...(settings.p99Ms === null ? {} : { from_intended_start: [`p(99)<=${settings.p99Ms}`] }),
    },
  }
}

/** k6 connects to the one address that was found and allowed, whatever a name or a script says later. */
function addressOptions({ blockedNetworks, pinned, maxRatePerSecond }: Settings): Options {
  return {
    ...(blockedNetworks.length > 0 ? { blacklistIPs: [...blockedNetworks] } : {}),
    ...(pinned === null ? {} : { hosts: { [pinned.host]: pinned.address } }),
    ...(maxRatePerSecond === null ? {} : { rps: Math.floor(maxRatePerSecond) }),
  }
}

function scenario({ arrivals, schedule, share, virtualUsers }: Settings): Scenario {
  const gracefulStop = `${REQUEST_TIMEOUT_SECONDS + 2}s`
  if (arrivals === 'closed') {
    return {
      executor: 'constant-vus',
      vus: Math.max(1, shareCount(virtualUsers, share)),
      duration: `${scheduleSeconds(schedule)}s`,
      gracefulStop,
    }
  }
  const requests = Math.max(1, requestCount(schedule))
  const users = shareCount(Math.min(virtualUsers, requests), share)
  return {
    executor: 'shared-iterations',
    vus: Math.max(1, users),
    iterations: shareCount(requests, share),
    maxDuration: `${offeringSeconds(schedule)}s`,
    gracefulStop,
  }
}
