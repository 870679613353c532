// One turn of a virtual user: when it was free, when its request is due, when it really left.

import { sleep } from 'k6'

export interface TurnTimes {
  dueMs: number
  waitedMs: number
  lateMs: number
  totalMs: number
  serviceMs: number
}

/** Of a request that has not left yet. */
export function timesDue(dueMs: number): TurnTimes {
  return { dueMs, waitedMs: 0, lateMs: 0, totalMs: 0, serviceMs: 0 }
}

/** When it is really time, in ms after the start. */
export function waitUntil(dueMs: number, scenarioStartMs: number): number {
  const waitMs = dueMs - (Date.now() - scenarioStartMs)
  if (waitMs > 0) sleep(waitMs / 1000)
  return Math.max(0, Date.now() - scenarioStartMs)
}

export interface OnTheWire {
  /** Until a connection was there. */
  readonly connectMs: number
  /** From the send to the last byte. */
  readonly serviceMs: number
}

/** From the moment the request was due, waiting for a user and a connection included. */
export function timesOf({ connectMs, serviceMs }: OnTheWire, dueMs: number, freeMs: number, sentMs: number): TurnTimes {
  return {
    dueMs,
    waitedMs: Math.max(0, freeMs - dueMs),
    lateMs: Math.max(0, sentMs - Math.max(dueMs, freeMs)),
    totalMs: Math.max(0, sentMs - dueMs) + connectMs + serviceMs,
    serviceMs,
  }
}
