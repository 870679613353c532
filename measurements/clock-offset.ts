// How far this machine's clock is from the target's, by the moment at which the second of its Date header changes.

import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { ROUTES } from '../contracts/gateway-api.ts'
import type { ClockOffset } from '../contracts/measurement.ts'
import { agentTo, type Place } from './target.ts'

/** A second, and what two answers may take. */
const WATCH_MS = 1600
const EVERY_MS = 15
const TIMEOUT_MS = 2000

interface Answer {
  readonly sentMs: number
  readonly receivedMs: number
  readonly dateMs: number
}

/** null: the target does not tell its time. */
export async function clockOffset(place: Place): Promise<ClockOffset | null> {
  const untilMs = Date.now() + WATCH_MS
  let before: Answer | null = null
  while (Date.now() < untilMs) {
    const answer = await askDate(place)
    if (answer === null) return null
    if (before !== null && answer.dateMs > before.dateMs) return offsetOf(before, answer)
    before = answer
    await sleep(EVERY_MS)
  }
  return null
}

/** The new second began after the earlier answer was asked for and before the later one was here. */
export function offsetOf(before: Pick<Answer, 'sentMs'>, after: Pick<Answer, 'receivedMs' | 'dateMs'>): ClockOffset {
  const uncertaintyMs = (after.receivedMs - before.sentMs) / 2
  return { offsetMs: before.sentMs + uncertaintyMs - after.dateMs, uncertaintyMs }
}

async function askDate(place: Place): Promise<Answer | null> {
  const sentMs = Date.now()
  try {
    const limits = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }
    const url = place.baseUrl + ROUTES.identity.path
    const { headers, body } = await request(url, { dispatcher: agentTo(place.address), ...limits })
    const receivedMs = Date.now()
    await body.dump()
    const dateMs = Date.parse(String(headers.date))
    return Number.isFinite(dateMs) ? { sentMs, receivedMs, dateMs } : null
  } catch {
    return null
  }
}
