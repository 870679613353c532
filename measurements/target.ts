// The target over HTTP: who it is, and how it says it feels.

import { request } from 'undici'
import type { Identity } from '../contracts/dataset.ts'
import { ROUTES } from '../contracts/gateway-api.ts'

const TIMEOUT_MS = 5000

export interface Target {
  readonly baseUrl: string
  readonly jwtSecret: string
  /** Of administrators; undefined: the same. */
  readonly adminJwtSecret?: string | undefined
  /** Processes of the services and the gateway on this machine; empty for a target elsewhere. */
  readonly processes: readonly { readonly component: string; readonly pid: number }[]
}

/** Throws, in a sentence, unless the order system answers. */
export async function askIdentity(baseUrl: string): Promise<Identity> {
  const { statusCode, text } = await get(baseUrl + ROUTES.identity.path)
  if (statusCode !== 200) throw new Error(`${baseUrl}${ROUTES.identity.path} answers ${statusCode}`)
  const identity = parsed(text) as Identity | undefined
  if (identity?.system !== 'headroom-sut') throw new Error(`${baseUrl} is another system than the one this load is for`)
  return identity
}

/** What the target says is down; throws when it says nothing. */
export async function askHealth(baseUrl: string): Promise<readonly string[]> {
  const { statusCode, text } = await get(baseUrl + ROUTES.health.path)
  const health = parsed(text) as { readonly checks?: Readonly<Record<string, string>> } | undefined
  const down = Object.entries(health?.checks ?? {}).flatMap(([name, state]) => (state === 'ok' ? [] : [name]))
  if (statusCode === 200 || down.length > 0) return down
  throw new Error(`${baseUrl}${ROUTES.health.path} answers ${statusCode}`)
}

const LAG_METRIC = /^headroom_relay_lag_seconds(?:\{[^}]*\})? ([0-9.eE+-]+)$/m

/** Age of the oldest event that the search index has not been told; null: this target does not say. */
export async function askBacklogSeconds(baseUrl: string): Promise<number | null> {
  const { statusCode, text } = await get(`${baseUrl}/metrics`)
  const seconds = Number(LAG_METRIC.exec(text)?.[1] ?? Number.NaN)
  return statusCode === 200 && Number.isFinite(seconds) ? seconds : null
}

async function get(url: string): Promise<{ readonly statusCode: number; readonly text: string }> {
  const { statusCode, body } = await request(url, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  return { statusCode, text: await body.text() }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
