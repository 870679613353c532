// Faults, one after another, under one load: what was refused, how, for how long, and whether any order was lost.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Engines } from '../../contracts/engines.ts'
import { shardMapOf } from '../../contracts/shard-map.ts'
import type { LoadRun } from '../load-run.ts'
import type { Fault } from './fault.ts'
import { effectOf, type FaultEffect, type FaultWindow } from './fault-effect.ts'
import { type OrderLedger, orderLedger } from './order-ledger.ts'

export interface DrillRequest {
  readonly faults: readonly Fault[]
  readonly ratePerSecond: number
  readonly faultSeconds: number
  /** After each fault, before the next. */
  readonly calmSeconds: number
  readonly engines: Engines
  say(line: string): void
}

export interface FaultReport extends Pick<Fault, 'name' | 'what'> {
  readonly lastedSeconds: number
  readonly flows: FaultEffect
}

export interface DrillReport {
  readonly ratePerSecond: number
  readonly faults: readonly FaultReport[]
  readonly orders: OrderLedger
}

export async function drill(run: LoadRun, request: DrillRequest): Promise<DrillReport> {
  const { faults, ratePerSecond, faultSeconds, calmSeconds, engines } = request
  const { signal } = run.context
  await run.warmUp()
  signal.throwIfAborted()
  const sinceMs = Date.now()
  let onBegan = (_startedAtMs: number) => {}
  const began = new Promise<number>((resolve) => (onBegan = resolve))
  const seconds = calmSeconds + faults.length * (faultSeconds + calmSeconds)
  const offered = run.open({
    segments: [{ ratePerSecond, seconds }],
    enough: (leadInMs) => (live) => {
      if (live.elapsedMs >= leadInMs) onBegan(Date.now() - live.elapsedMs)
      return false
    },
  })
  // A load that never begins must not be waited for.
  const startedAtMs = await Promise.race([began, offered.then(({ made }) => made.startedAtMs)])
  const broken = await breakInTurn(request, startedAtMs, signal)
  const { made, leadInMs } = await offered
  signal.throwIfAborted()
  const endMs = leadInMs + seconds * 1000
  const calm = { fromMs: leadInMs, toMs: broken[0]?.beganMs ?? endMs }
  return {
    ratePerSecond,
    faults: broken.map(({ fault: { name, what }, beganMs, endedMs }, at) => {
      const untilMs = broken[at + 1]?.beganMs ?? Math.max(endMs, endedMs)
      const lastedSeconds = (endedMs - beganMs) / 1000
      return { name, what, lastedSeconds, flows: effectOf(made.entries, { beganMs, endedMs, untilMs }, calm) }
    }),
    orders: await orderLedger(shardMapOf(engines), made.entries, sinceMs),
  }
}

type Broken = Omit<FaultWindow, 'untilMs'> & { readonly fault: Fault }

/** Also when Ctrl-C ends it early, every fault that began is put right. */
async function breakInTurn(
  { faults, faultSeconds, calmSeconds, say }: DrillRequest,
  startedAtMs: number,
  signal: AbortSignal,
): Promise<readonly Broken[]> {
  const broken: Broken[] = []
  const calm = () => sleep(calmSeconds * 1000, undefined, { signal }).catch(() => {})
  await calm()
  for (const fault of faults) {
    if (signal.aborted) break
    const beganMs = Date.now() - startedAtMs
    say(`${fault.name}: ${fault.what}`)
    await fault.during(faultSeconds * 1000, signal)
    const endedMs = Date.now() - startedAtMs
    broken.push({ fault, beganMs, endedMs })
    say(`${fault.name}: put right after ${((endedMs - beganMs) / 1000).toFixed(1)} s`)
    await calm()
  }
  return broken
}
