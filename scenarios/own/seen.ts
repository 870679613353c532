// What one turn of a script of one's own did: its requests, how long they took, and the first thing that was wrong.
// One virtual user runs one turn at a time, so this is a module's state.

import type { RefinedResponse, ResponseType } from 'k6/http'
import { failureOf } from '../answer-checks.ts'
import type { OnTheWire } from '../turn.ts'

export type AnyResponse = RefinedResponse<ResponseType | undefined>

let requests = 0
let connectMs = 0
let serviceMs = 0
let wrong: string | null = null
let inFlight = 0
let inFlightSinceMs = 0
let pending: Promise<unknown>[] = []

export function beginTurn(): void {
  requests = 0
  connectMs = 0
  serviceMs = 0
  wrong = null
  inFlight = 0
  pending = []
}

/** Resolves when nothing that the script began is under way. */
export async function settled(): Promise<void> {
  await Promise.allSettled(pending)
}

export interface SeenTurn {
  readonly requests: number
  readonly wire: OnTheWire
  /** An outcome of the journal; null: nothing was. */
  readonly wrong: string | null
}

export function seenTurn(): SeenTurn {
  return { requests, wire: { connectMs, serviceMs }, wrong }
}

/** Of a request that the script waited for. */
export function sawAnswer(response: AnyResponse, isExpected: boolean): void {
  const { blocked, connecting, tls_handshaking, duration } = response.timings
  connectMs += blocked + connecting + tls_handshaking
  serviceMs += duration
  judge(response, isExpected)
}

/** Requests side by side take the time from the first of them to the last, by k6's clock. */
export function sawStart(): void {
  if (inFlight++ === 0) inFlightSinceMs = Date.now()
}

export function sawEnd(): void {
  if (--inFlight === 0) serviceMs += Date.now() - inFlightSinceMs
}

export function sawPending(promise: Promise<unknown>): void {
  pending.push(promise)
}

export function judge({ status, error, body }: AnyResponse, isExpected: boolean): void {
  requests += 1
  if (!isExpected) sawWrong(failureOf(status, error, typeof body === 'string' ? body : ''))
}

/** The first one names the turn: what follows is often its consequence. */
export function sawWrong(outcome: string): void {
  wrong ??= outcome
}
