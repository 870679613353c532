// What machine, system and engines use while nobody asks for anything: the part of their work that no request causes.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Step } from '../contracts/measurement.ts'
import type { Observer } from './observer.ts'

export const IDLE = 'idle'
const IDLE_SECONDS = 10

/** null: cut short, or there is nothing to see from here. */
export async function idleStep(observer: Observer, signal: AbortSignal): Promise<Step | null> {
  if (!observer.seesProcesses) return null
  const fromMs = Date.now()
  await sleep(IDLE_SECONDS * 1000, undefined, { signal }).catch(() => {})
  if (signal.aborted) return null
  const toMs = Date.now()
  const usage = observer.usage(fromMs, toMs)
  return {
    load: IDLE,
    index: 0,
    kind: 'idle',
    journal: null,
    fromMs: 0,
    toMs: toMs - fromMs,
    startedAt: new Date(fromMs).toISOString(),
    arrivals: 'closed',
    offeredPerSecond: 0,
    goodPerSecond: 0,
    dropped: 0,
    generatorLateP99Ms: null,
    generators: [],
    flows: {},
    ...usage,
    invalid: observer.faults(fromMs, toMs),
    judgement: { outcome: 'invalid', flows: {} },
  }
}
