// One iteration: prepare, wait until it is due, send, check the answer, and write down what happened; and the same for what
// its user does next with the order they placed. Nothing thrown here is lost. Only what seals waits for a promise: to all
// others an iteration is what it would be without.

import { check } from 'k6'
import exec from 'k6/execution'
import { Counter, Trend } from 'k6/metrics'
import { diceOf, runKeyOf } from '../contracts/dice.ts'
import { journalLine, journalStart, OUTCOME_OK } from '../contracts/journal.ts'
import type { OrderStatus } from '../contracts/order.ts'
import type { OrderId } from '../contracts/order-id.ts'
import type { SeededOrder } from '../contracts/seeded-order.ts'
import type { PlacedRequest, Workload } from '../contracts/workload.ts'
import { failureOf } from './answer-checks.ts'
import type { Acknowledged, Operation, PreparedRequest, Response } from './operation.ts'
import type { SetupData } from './probe.ts'
import { settings } from './settings.ts'
import { type OnTheWire, type TurnTimes, timesDue, timesOf, waitUntil } from './turn.ts'
import { type Catalogue, catalogueOf, type LoadParts, workloadOf } from './workload.ts'

const fromIntendedStart = new Trend('from_intended_start', true)
const scriptExceptions = new Counter('script_exceptions')
/** As many as there must be in the journal: an iteration writes one, none or several. */
const journalLines = new Counter('journal_lines')
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
export function iterate(
  operations: readonly Operation[],
  parts: LoadParts,
  data: SetupData,
): Promise<void> | undefined {
  const place = exec.scenario.iterationInTest
  if (state === null) state = userState(parts, data)
  if (place === 0) console.log(journalStart(state.scenarioStartMs))
  const requests = state.workload.requestsAt(place)
  const [first] = requests
  if (first === undefined) return undefined
  const begun = { order: state.workload.orderOf(first.i), status: null, notBeforeMs: 0 }
  if (settings.protection === 'sealed') return journeySealed(operations, requests, begun, state)
  journey(operations, requests, begun, state)
  return undefined
}

interface About {
  readonly order: SeededOrder
  readonly status: OrderStatus | null
}

interface Due extends About {
  readonly notBeforeMs: number
}

/** Whoever is refused gives up: there is no order to go on with, or nobody knows in which state it is. */
function journey(
  operations: readonly Operation[],
  requests: readonly PlacedRequest[],
  begun: Due,
  user: UserState,
): void {
  let due: Due | null = begun
  for (const request of requests) {
    if (due === null) return
    due = following(send(prepared(operations, request, due, user), user), user)
  }
}

async function journeySealed(
  operations: readonly Operation[],
  requests: readonly PlacedRequest[],
  begun: Due,
  user: UserState,
): Promise<void> {
  let due: Due | null = begun
  for (const request of requests) {
    if (due === null) return
    due = following(send(await sealed(prepared(operations, request, due, user)), user), user)
  }
}

function following(left: About | null, { scenarioStartMs }: UserState): Due | null {
  return left && { ...left, notBeforeMs: Date.now() - scenarioStartMs }
}

interface Pending extends About {
  readonly placed: PlacedRequest
  readonly freeMs: number
  readonly times: TurnTimes
  readonly request: PreparedRequest | null
  /** Why there is no request, or none that could be sent. */
  readonly failure: unknown
}

function prepared(
  operations: readonly Operation[],
  placed: PlacedRequest,
  { order, status, notBeforeMs }: Due,
  { scenarioStartMs, runId, runKey, catalogue, workload }: UserState,
): Pending {
  const { i, flow } = placed
  const freeMs = Math.max(0, Date.now() - scenarioStartMs)
  // Nobody pays before they were told that the order is there.
  const times = timesDue(isClosed ? freeMs : Math.max(workload.dueMs(i), notBeforeMs))
  const pending = { placed, order, status, freeMs, times }
  try {
    const operation = operations.find((one) => one.flow === flow)
    if (operation === undefined) throw new Error(`no operation is called ${flow}`)
    const dice = diceOf(runKey, i)
    const request = operation.prepare({ settings, runId, catalogue, order, status, iteration: i, dice })
    return { ...pending, request, failure: null }
  } catch (error) {
    return { ...pending, request: null, failure: error }
  }
}

async function sealed(pending: Pending): Promise<Pending> {
  try {
    await pending.request?.seal?.()
    return pending
  } catch (error) {
    return { ...pending, failure: error }
  }
}

/** Gives what the request was about, as it left it; null: its answer was not right. */
function send(
  { placed: { i, flow }, order, status, freeMs, times, request, failure }: Pending,
  { scenarioStartMs }: UserState,
): About | null {
  let answer: Answer
  try {
    if (request === null || failure !== null) throw failure
    const sentMs = waitUntil(times.dueMs, scenarioStartMs)
    if (isClosed) times.dueMs = sentMs
    const response = request.send()
    Object.assign(times, timesOf(onTheWire(response), times.dueMs, freeMs, sentMs))
    answer = judge(response, request)
  } catch (error) {
    scriptExceptions.add(1)
    answer = { outcome: `exception: ${error}` }
  }
  const { outcome, acknowledged } = answer
  check(null, { [`${flow} answers right`]: () => outcome === OUTCOME_OK })
  fromIntendedStart.add(times.totalMs, { name: flow })
  journalLines.add(1)
  const key = request?.idempotencyKey
  console.log(
    journalLine({
      iteration: i,
      flow,
      ...times,
      outcome,
      ...(key === undefined ? {} : { idempotencyKey: key }),
      ...(acknowledged === undefined ? {} : { orderId: acknowledged.orderId }),
    }),
  )
  if (outcome !== OUTCOME_OK) return null
  return acknowledged === undefined
    ? { order, status }
    : { order: { ...order, orderId: acknowledged.orderId as OrderId }, status: acknowledged.status }
}

function userState(parts: LoadParts, data: SetupData): UserState {
  const scenarioStartMs = data.startAtMs ?? exec.scenario.startTime
  const runId = settings.runId ?? `k6-${scenarioStartMs}`
  const workload = workloadOf(data, parts, runId)
  return { scenarioStartMs, runId, runKey: runKeyOf(runId), catalogue: catalogueOf(data), workload }
}

function onTheWire({ timings }: Response): OnTheWire {
  return { connectMs: timings.blocked + timings.connecting + timings.tls_handshaking, serviceMs: timings.duration }
}

interface Answer {
  readonly outcome: string
  /** What a right answer says of the order that it placed or changed. */
  readonly acknowledged?: Acknowledged
}

function judge(response: Response, request: PreparedRequest): Answer {
  if (response.status !== request.expectedStatus) {
    return { outcome: failureOf(response.status, response.error, response.body ?? '') }
  }
  try {
    // k6's own parser: six times as fast as JSON.parse in its JavaScript.
    const body: unknown = response.json()
    const wrong = request.wrong(body)
    if (wrong !== null) return { outcome: `check: ${wrong}` }
    const acknowledged = request.acknowledges?.(body)
    return { outcome: OUTCOME_OK, ...(acknowledged === undefined ? {} : { acknowledged }) }
  } catch {
    // An answer that cannot be read is the target's fault, not an exception of ours.
    return { outcome: 'check: answer has the agreed shape' }
  }
}
