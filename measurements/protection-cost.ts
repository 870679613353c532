// What signing and sealing cost: k6's part from its summaries, the system's from the timers of its interface, before and after.

import type { MeanCost, ProtectionCost } from '../contracts/protection-cost.ts'
import type { Protection } from '../contracts/request-protection.ts'
import { askText, type Place } from './target.ts'

/** Of the interface, since its process began. */
export interface InterfaceTimes {
  readonly signature: Timed
  readonly nonce: Timed
  readonly unsealing: Timed
}

interface Timed {
  readonly count: number
  readonly seconds: number
}

/** null: it does not say; the figures of k6 stand alone then. */
export async function askInterfaceTimes(place: Place): Promise<InterfaceTimes | null> {
  const answer = await askText(place, '/metrics').catch(() => null)
  return answer?.statusCode === 200 ? interfaceTimesIn(answer.text) : null
}

export function interfaceTimesIn(metrics: string): InterfaceTimes {
  return {
    signature: timedIn(metrics, 'signature'),
    nonce: timedIn(metrics, 'nonce'),
    unsealing: timedIn(metrics, 'unsealing'),
  }
}

/** Of requests that passed: what was refused did not go all the way. */
function timedIn(metrics: string, operation: string): Timed {
  const value = (part: 'sum' | 'count') => {
    const labels = `layer="interface",operation="${operation}",outcome="ok"`
    const line = metrics.split('\n').find((one) => one.startsWith(`headroom_call_seconds_${part}{${labels}}`))
    return Number(line?.split(' ').at(-1) ?? 0)
  }
  return { count: value('count'), seconds: value('sum') }
}

/** `k6`: of each process. */
export function protectionCost(
  protection: Exclude<Protection, 'plain'>,
  k6: readonly MeanCost[],
  { before, after }: { readonly before: InterfaceTimes | null; readonly after: InterfaceTimes | null },
): ProtectionCost {
  const between = (what: keyof InterfaceTimes) =>
    before && after ? meanOf(after[what].count - before[what].count, after[what].seconds - before[what].seconds) : null
  const requests = k6.reduce((sum, one) => sum + one.requests, 0)
  const seconds = k6.reduce((sum, one) => sum + (one.requests * one.meanMs) / 1000, 0)
  return {
    protection,
    k6: meanOf(requests, seconds),
    signature: between('signature'),
    nonce: between('nonce'),
    unsealing: between('unsealing'),
  }
}

/** null: there were none, or the process that counted them is another one by now. */
function meanOf(requests: number, seconds: number): MeanCost | null {
  return requests > 0 && seconds >= 0 ? { requests, meanMs: (1000 * seconds) / requests } : null
}

export function protectionLines({ protection, k6, signature, nonce, unsealing }: ProtectionCost): readonly string[] {
  const cost = (of: MeanCost | null) => (of === null ? 'unknown' : `${of.meanMs.toFixed(3)} ms`)
  const system = [
    `signature ${cost(signature)}`,
    `nonce ${cost(nonce)}`,
    ...(protection === 'sealed' ? [`unsealing ${cost(unsealing)} of each body`] : []),
  ]
  return [
    `Cost of ${protection} requests, each: in k6 ${cost(k6)}, before it was due; in the system ${system.join(', ')}`,
  ]
}
