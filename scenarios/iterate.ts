// One iteration: prepare, send, check the answer, and write down what happened. Nothing thrown here is lost.

import { check } from 'k6'
import exec from 'k6/execution'
import { Counter, Trend } from 'k6/metrics'
import { journalLine, journalStart, OUTCOME_OK } from '../contracts/journal.ts'
import { failureOf } from './answer-checks.ts'
import { type Catalogue, catalogueOf } from './dataset.ts'
import { diceOf, PURPOSE, runKeyOf } from './dice.ts'
import { offeredPerSecond } from './load-profile.ts'
import type { Operation, PreparedRequest, Response } from './operation.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'

const fromIntendedStart = new Trend('from_intended_start', true)
const scriptExceptions = new Counter('script_exceptions')
const msBetweenStarts = settings.arrivals === 'open' ? 1000 / offeredPerSecond(settings) : null

/** Per virtual user, made in its first iteration: `exec.scenario` is too dear to ask for more than once a turn. */
interface UserState {
  readonly scenarioStartMs: number
  readonly runId: string
  readonly runKey: number
  readonly catalogue: Catalogue
}
let state: UserState | null = null

export function iterate(chooseOperation: (point: number) => Operation, data: SetupData): void {
  const iteration = exec.scenario.iterationInTest
  if (state === null) state = userState(data)
  const { scenarioStartMs, runId, runKey, catalogue } = state
  if (iteration === 0) console.log(journalStart(scenarioStartMs))

  const dice = diceOf(runKey, iteration)
  const operation = chooseOperation(dice.roll(PURPOSE.flow))
  const times = { startMs: 0, lateMs: 0, totalMs: 0, serviceMs: 0 }
  let request: PreparedRequest | null = null
  let outcome: string
  let orderId: string | undefined
  try {
    request = operation.prepare({
      settings,
      runId,
      catalogue,
      order: catalogue.orderOf(iteration),
      iteration,
      dice,
    })
    times.startMs = Math.max(0, Date.now() - scenarioStartMs)
    const response = request.send()
    Object.assign(times, timesOf(response, times.startMs, iteration))
    const answer = judge(response, request)
    outcome = answer.outcome
    orderId = answer.orderId
  } catch (error) {
    scriptExceptions.add(1)
    outcome = `exception: ${error}`
  }
  const flow = operation.flow
  check(null, { [`${flow} answers right`]: () => outcome === OUTCOME_OK })
  fromIntendedStart.add(times.totalMs, { name: flow })
  const key = request?.idempotencyKey
  console.log(
    journalLine({
      iteration,
      flow,
      ...times,
      outcome,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(orderId === undefined ? {} : { orderId }),
    }),
  )
}

function userState(data: SetupData): UserState {
  const scenarioStartMs = exec.scenario.startTime
  const runId = settings.runId ?? `k6-${scenarioStartMs}`
  const runKey = runKeyOf(runId)
  return { scenarioStartMs, runId, runKey, catalogue: catalogueOf(data, runKey) }
}

/** From the moment the iteration was due, waiting for a connection included; from the send to the last byte. */
function timesOf({ timings }: Response, startMs: number, iteration: number) {
  const dueMs = msBetweenStarts === null ? startMs : iteration * msBetweenStarts
  const lateMs = Math.max(0, startMs - dueMs)
  const connectMs = timings.blocked + timings.connecting + timings.tls_handshaking
  return { lateMs, totalMs: lateMs + connectMs + timings.duration, serviceMs: timings.duration }
}

function judge(response: Response, request: PreparedRequest): { readonly outcome: string; readonly orderId?: string } {
  if (response.status !== request.expectedStatus) {
    return { outcome: failureOf(response.status, response.error, response.body ?? '') }
  }
  const { wrong, orderId } = inspect(response, request)
  return { outcome: wrong === null ? OUTCOME_OK : `check: ${wrong}`, ...(orderId === undefined ? {} : { orderId }) }
}

/** An answer that cannot be read is the target's fault, not an exception of ours. */
function inspect(
  response: Response,
  request: PreparedRequest,
): { readonly wrong: string | null; readonly orderId?: string } {
  try {
    // k6's own parser: six times as fast as JSON.parse in its JavaScript.
    const body = response.json() as { readonly orderId?: unknown }
    const wrong = request.wrong(body)
    const isAcknowledgement = request.idempotencyKey !== undefined && typeof body.orderId === 'string'
    return { wrong, ...(isAcknowledgement ? { orderId: body.orderId as string } : {}) }
  } catch {
    return { wrong: 'answer has the agreed shape' }
  }
}
