// The target over HTTP: who it is, and how it says it feels.

import { isIPv6, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { Identity } from '../contracts/dataset.ts'
import { ROUTES } from '../contracts/gateway-api.ts'
import type { TargetKind } from '../contracts/measurement.ts'

const TIMEOUT_MS = 5000
const MOST_ASKED = 10
const ASK_AGAIN_MS = 1000

/** Where a target is asked. */
export interface Place {
  readonly baseUrl: string
  /** What the name of its host stood for when the load was allowed; absent: it is this machine. */
  readonly address?: string
}

export interface Target extends Place {
  /** Absent: headroom. */
  readonly kind?: TargetKind
  /** Where it says which data it holds; absent: where the services say it, and another system nowhere. */
  readonly identityPath?: string
  /** Of all its requests; absent: as many as it takes. */
  readonly maxRatePerSecond?: number
  readonly jwtSecret: string
  /** Of administrators; undefined: the same. */
  readonly adminJwtSecret?: string | undefined
  /** Of the app's client, to sign and to seal with; absent: there is none. */
  readonly clientSecret?: string | undefined
  /** Lifts the limit on requests of one user; absent: it holds. */
  readonly loadCredential?: string | undefined
  /** Processes of the services and the gateway on this machine; empty for a target elsewhere. */
  readonly processes: readonly { readonly component: string; readonly pid: number }[]
}

/** Throws, in a sentence, unless the order system answers. */
export async function askIdentity(place: Place & Pick<Target, 'identityPath'>): Promise<Identity> {
  const { identityPath = ROUTES.identity.path } = place
  const { statusCode, text } = await get(place, identityPath)
  if (statusCode !== 200) throw new Error(`${place.baseUrl}${identityPath} answers ${statusCode}`)
  const identity = identityOf(text)
  if (identity === null) throw new Error(`${place.baseUrl} is another system than the one this load is for`)
  return identity
}

/** Who answers. null: another system than ours, which says nothing about itself. Throws when nobody answers. */
export async function meet(target: Target): Promise<Identity | null> {
  if (target.kind !== 'http' || target.identityPath !== undefined) return await askIdentity(target)
  await askKind(target)
  return null
}

/** Whether it answers, now or soon: what was more than it could take may need a moment to leave it. */
export async function lives(target: Target, signal: AbortSignal): Promise<boolean> {
  for (let asked = 0; asked < MOST_ASKED && !signal.aborted; asked++) {
    if (asked > 0) await sleep(ASK_AGAIN_MS, undefined, { signal }).catch(() => {})
    const answers = await meet(target).then(
      () => true,
      () => false,
    )
    if (answers) return true
  }
  return false
}

/** Any answer will do; throws when there is none. */
export async function askKind(place: Place): Promise<TargetKind> {
  const { statusCode, text } = await get(place, ROUTES.identity.path)
  return statusCode === 200 && identityOf(text) !== null ? 'headroom' : 'http'
}

/** The answer to a question of the target's owner: status and text. */
export async function askText(
  place: Place,
  path: string,
): Promise<{ readonly statusCode: number; readonly text: string }> {
  return await get(place, path)
}

function identityOf(text: string): Identity | null {
  const identity = parsed(text) as Identity | undefined | null
  return identity?.system === 'headroom-sut' ? identity : null
}

/** What the target says is down; throws when it says nothing. */
export async function askHealth(place: Place): Promise<readonly string[]> {
  const { statusCode, text } = await get(place, ROUTES.health.path)
  const health = parsed(text) as { readonly checks?: Readonly<Record<string, string>> } | undefined
  const down = Object.entries(health?.checks ?? {}).flatMap(([name, state]) => (state === 'ok' ? [] : [name]))
  if (statusCode === 200 || down.length > 0) return down
  throw new Error(`${place.baseUrl}${ROUTES.health.path} answers ${statusCode}`)
}

const LAG_METRIC = /^headroom_relay_lag_seconds(?:\{[^}]*\})? ([0-9.eE+-]+)$/m

/** Age of the oldest event that the search index has not been told; null: this target does not say. */
export async function askBacklogSeconds(place: Place): Promise<number | null> {
  const { statusCode, text } = await get(place, '/metrics')
  const seconds = Number(LAG_METRIC.exec(text)?.[1] ?? Number.NaN)
  return statusCode === 200 && Number.isFinite(seconds) ? seconds : null
}

async function get(
  { baseUrl, address }: Place,
  path: string,
): Promise<{ readonly statusCode: number; readonly text: string }> {
  const dispatcher = agentTo(address)
  const limits = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }
  const { statusCode, body } = await request(baseUrl + path, { dispatcher, ...limits })
  return { statusCode, text: await body.text() }
}

const agents = new Map<string | undefined, Agent>()

/** An agent of our own: the shared one may be told to go through a proxy. It connects to the address and no other. */
export function agentTo(address: string | undefined): Agent {
  const known = agents.get(address)
  if (known !== undefined) return known
  const made = new Agent(address === undefined ? {} : { connect: { lookup: lookupOf(address) } })
  agents.set(address, made)
  return made
}

function lookupOf(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4
  return (_host, { all }, done) => (all ? done(null, [{ address, family }]) : done(null, address, family))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
