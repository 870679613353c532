// One iteration: prepare, wait until it is due, send, check the answer, and write down what happened. Nothing thrown here
// is lost.

import { check } from 'k6'
import exec from 'k6/execution'
import { Counter, Trend } from 'k6/metrics'
import { diceOf, runKeyOf } from '../contracts/dice.ts'
import { journalLine, journalStart, OUTCOME_OK } from '../contracts/journal.ts'
import { nthOfShare } from '../contracts/share.ts'
import type { FlowWeights, Workload } from '../contracts/workload.ts'
import { failureOf } from './answer-checks.ts'
import type { Operation, PreparedRequest, Response } from './operation.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'
import { type OnTheWire, timesDue, timesOf, waitUntil } from './turn.ts'
import { type Catalogue, catalogueOf, workloadOf } from './workload.ts'

const fromIntendedStart = new Trend('from_intended_start', true)
const scriptExceptions = new Counter('script_exceptions')
const isClosed = settings.arrivals === 'closed'

/** Per virtual user, made in its first iteration: `exec.scenario` is too dear to ask for more than once a turn. */
interface UserState {
  readonly scenarioStartMs: number
  readonly runId: string
  readonly runKey: number
  readonly catalogue: Catalogue
  readonly workload: Workload
}
let state: UserState | null = null

/** `operations`: every flow that can be asked for, each as often as its weight says. */
export function iterate(operations: readonly Operation[], weights: FlowWeights, data: SetupData): void {
  const nth = exec.scenario.iterationInTest
  const iteration = nthOfShare(nth, settings.share)
  if (state === null) state = userState(weights, data)
  const { scenarioStartMs, runId, runKey, catalogue, workload } = state
  if (nth === 0) console.log(journalStart(scenarioStartMs))
  const freeMs = Math.max(0, Date.now() - scenarioStartMs)

  const flow = workload.operationAt(iteration)
  const times = timesDue(isClosed ? freeMs : workload.dueMs(iteration))
  let request: PreparedRequest | null = null
  let outcome: string
  let orderId: string | undefined
  try {
    const operation = operations.find((one) => one.flow === flow)
    if (operation === undefined) throw new Error(`no operation is called ${flow}`)
    request = operation.prepare({
      settings,
      runId,
      catalogue,
      order: workload.orderOf(iteration),
      iteration,
      dice: diceOf(runKey, iteration),
    })
    const sentMs = waitUntil(times.dueMs, scenarioStartMs)
    if (isClosed) times.dueMs = sentMs
    const response = request.send()
    Object.assign(times, timesOf(onTheWire(response), times.dueMs, freeMs, sentMs))
    const answer = judge(response, request)
    outcome = answer.outcome
    orderId = answer.orderId
  } catch (error) {
    scriptExceptions.add(1)
    outcome = `exception: ${error}`
  }
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

function userState(weights: FlowWeights, data: SetupData): UserState {
  const scenarioStartMs = data.startAtMs ?? exec.scenario.startTime
  const runId = settings.runId ?? `k6-${scenarioStartMs}`
  const workload = workloadOf(data, weights, runId)
  return { scenarioStartMs, runId, runKey: runKeyOf(runId), catalogue: catalogueOf(data), workload }
}

function onTheWire({ timings }: Response): OnTheWire {
  return { connectMs: timings.blocked + timings.connecting + timings.tls_handshaking, serviceMs: timings.duration }
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
