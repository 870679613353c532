// A k6 script of one's own as a flow: the same due times, journal and latency from the intended start as ours. A turn is
// right when everything it asked was answered as expected, every check held, nothing was thrown, and it did not return
// false.

import { check } from 'k6'
import exec from 'k6/execution'
import { Trend } from 'k6/metrics'
import type { Options } from 'k6/options'
import { journalLine, journalStart, OUTCOME_OK } from '../../contracts/journal.ts'
import { nthOfShare } from '../../contracts/share.ts'
import { k6Options } from '../load-profile.ts'
import { settings } from '../settings.ts'
import { passStartGate } from '../start-gate.ts'
import { timesDue, timesOf, waitUntil } from '../turn.ts'
import { dueTimes } from '../workload.ts'
import { takeConsole, writeJournal } from './journal-console.ts'
import { beginTurn, seenTurn, settled } from './seen.ts'

/** What a script exports. */
export interface Script {
  readonly default?: (data: unknown) => unknown
  readonly setup?: () => unknown
  readonly teardown?: (data: unknown) => unknown
  readonly options?: Readonly<Record<string, unknown>>
}

interface OwnSetup {
  readonly data: unknown
  /** When the load begins, epoch ms; null: when k6 does. */
  readonly startAtMs: number | null
}

/** How to connect is the script's to say; how much, how long and by which executor is not. */
const HONOURED = [
  'insecureSkipTLSVerify',
  'tlsAuth',
  'tlsCipherSuites',
  'tlsVersion',
  'userAgent',
  'discardResponseBodies',
  'noConnectionReuse',
  'noVUConnectionReuse',
  'noCookiesReset',
  'batch',
  'batchPerHost',
  'setupTimeout',
  'teardownTimeout',
]

const fromIntendedStart = new Trend('from_intended_start', true)
const isClosed = settings.arrivals === 'closed'
const flow = settings.ownFlow ?? 'own'
let scenarioStartMs = 0

export function ownFlow(script: Script) {
  const turn = script.default
  if (typeof turn !== 'function') throw new Error('own script: it has no default export that is a function')
  if (script.options?.scenarios !== undefined) {
    throw new Error('own script: options.scenarios names functions and rates of its own; leave it away')
  }
  return {
    options: optionsOf(script.options ?? {}),
    setup: async (): Promise<OwnSetup> => {
      takeConsole()
      const data = await script.setup?.()
      return { data, startAtMs: passStartGate(settings.startGate) }
    },
    teardown: async ({ data }: OwnSetup) => {
      takeConsole()
      await script.teardown?.(data)
    },
    iterate: async (setup: OwnSetup) => await iterate(turn, setup),
  }
}

function optionsOf(asked: Readonly<Record<string, unknown>>): Options {
  const names = Object.keys(asked)
  const { thresholds: _, ...ours } = k6Options(settings)
  const honoured = names.filter((name) => HONOURED.includes(name)).map((name) => [name, asked[name]])
  const unused = names.filter((name) => !HONOURED.includes(name))
  return { ...ours, ...Object.fromEntries(honoured), ext: { headroom: { unused } } } as Options
}

async function iterate(turn: NonNullable<Script['default']>, { data, startAtMs }: OwnSetup): Promise<void> {
  takeConsole()
  const nth = exec.scenario.iterationInTest
  const iteration = nthOfShare(nth, settings.share)
  scenarioStartMs ||= startAtMs ?? exec.scenario.startTime
  if (nth === 0) writeJournal(journalStart(scenarioStartMs))
  const freeMs = Math.max(0, Date.now() - scenarioStartMs)
  let times = timesDue(isClosed ? freeMs : (dueTimes?.[iteration] ?? 0))
  const sentMs = waitUntil(times.dueMs, scenarioStartMs)
  const dueMs = isClosed ? sentMs : times.dueMs
  beginTurn()
  let ending: string | null = null
  try {
    const returned = await turn(data)
    if (returned === false) ending = 'check: returned false'
  } catch (error) {
    // Before it asked anything, the script is to blame; afterwards, what it was told.
    const what = String(error).replace(/^GoError: /, '')
    ending = seenTurn().requests === 0 ? `exception: ${what}` : `check: threw ${what}`
  }
  await settled()
  const { requests, wire, wrong } = seenTurn()
  const clockMs = Math.max(0, Date.now() - scenarioStartMs - sentMs)
  times = timesOf(requests > 0 ? wire : { connectMs: 0, serviceMs: clockMs }, dueMs, freeMs, sentMs)
  const outcome = wrong ?? ending ?? OUTCOME_OK
  check(null, { [`${flow} answers right`]: () => outcome === OUTCOME_OK })
  fromIntendedStart.add(times.totalMs, { name: flow })
  writeJournal(journalLine({ iteration, flow, ...times, outcome }))
}
