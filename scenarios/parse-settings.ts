// `-e NAME=value` → settings, every mistake at once. Pure, so that it is tested without k6.

import type { Arrivals } from '../contracts/measurement.ts'
import { FLOWS, type Flow } from '../contracts/plan.ts'

export interface Settings {
  readonly baseUrl: string
  readonly jwtSecret: string
  readonly arrivals: Arrivals
  readonly ratePerSecond: number
  readonly durationSeconds: number
  /** Concurrent requests at most: what does not fit is dropped and makes the step invalid. */
  readonly virtualUsers: number
  /** Part of every Idempotency-Key and of the randomness: another run, other users and orders. null: the start time. */
  readonly runId: string | null
  /** Requests of each flow in a mix, relative to each other. */
  readonly mix: Readonly<Record<Flow, number>>
  /** Dataset JSON; null: ask the target what was seeded. */
  readonly datasetPath: string | null
  /** Threshold for plain `k6 run`; null: none. */
  readonly p99Ms: number | null
  readonly summaryPath: string | null
}

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_BASE_URL = 'http://127.0.0.1:8080'
const DEFAULT_MIX = 'list=8,detail=4,checkout=1,search=0.1'
/** The longest answer time at which arrivals still find a free virtual user (Little's law: users = rate × time). */
const LONGEST_ANSWER_SECONDS = 1
const FEWEST_VIRTUAL_USERS = 20

export function parseSettings(
  env: Environment,
  local: { readonly baseUrl?: string; readonly jwtSecret?: string },
): Settings {
  const mistakes: string[] = []
  const baseUrl = (env.BASE_URL || local.baseUrl || DEFAULT_BASE_URL).replace(/\/+$/, '')
  if (!/^https?:\/\/[^/?#\s]+$/.test(baseUrl)) mistakes.push(`BASE_URL ${baseUrl}: want http://host:port`)
  const jwtSecret = env.JWT_SECRET || (baseUrl === local.baseUrl ? local.jwtSecret : undefined) || ''
  if (jwtSecret === '') mistakes.push(`JWT_SECRET is missing: ${baseUrl} signs its users' tokens with it`)
  const ratePerSecond = positive('RATE', env.RATE || '10', mistakes)
  const arrivals = env.ARRIVALS || 'open'
  if (arrivals !== 'open' && arrivals !== 'closed') mistakes.push(`ARRIVALS ${arrivals}: want open or closed`)
  const virtualUsers = env.VIRTUAL_USERS
    ? positive('VIRTUAL_USERS', env.VIRTUAL_USERS, mistakes)
    : Math.max(FEWEST_VIRTUAL_USERS, Math.ceil(ratePerSecond * LONGEST_ANSWER_SECONDS))
  const runId = env.RUN_ID || null
  if (runId !== null && !/^[A-Za-z0-9_-]{6,48}$/.test(runId))
    mistakes.push(`RUN_ID ${runId}: want 6 to 48 of A-Z a-z 0-9 _ -`)
  const settings: Settings = {
    baseUrl,
    jwtSecret,
    arrivals: arrivals === 'closed' ? 'closed' : 'open',
    ratePerSecond,
    durationSeconds: seconds('DURATION', env.DURATION || '30s', mistakes),
    virtualUsers: Math.round(virtualUsers),
    runId,
    mix: parseMix(env.MIX || DEFAULT_MIX, mistakes),
    datasetPath: env.DATASET || null,
    p99Ms: env.P99_MS ? positive('P99_MS', env.P99_MS, mistakes) : null,
    summaryPath: env.SUMMARY || null,
  }
  if (mistakes.length > 0) throw new Error(`settings (-e NAME=value): ${mistakes.join('; ')}`)
  return settings
}

function positive(name: string, text: string, mistakes: string[]): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  mistakes.push(`${name} ${text}: want a number above 0`)
  return 1
}

/** `45`, `45s`, `5m`, `1h30m` → seconds. */
function seconds(name: string, text: string, mistakes: string[]): number {
  const parts = /^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+(?:\.[0-9]+)?)s?)?$/.exec(text)
  const [hours, minutes, rest] = (parts ?? []).slice(1).map((part) => Number(part ?? 0))
  const total = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0)
  if (parts && total > 0) return total
  mistakes.push(`${name} ${text}: want a time such as 30s, 5m or 1h30m`)
  return 1
}

function parseMix(text: string, mistakes: string[]): Record<Flow, number> {
  const mix: Record<Flow, number> = { list: 0, detail: 0, checkout: 0, search: 0 }
  for (const part of text.split(',')) {
    const [flow, weight] = part.split('=')
    const value = Number(weight)
    if (FLOWS.includes(flow as Flow) && Number.isFinite(value) && value >= 0) mix[flow as Flow] = value
    else mistakes.push(`MIX ${part}: want list=8,detail=4 and the like`)
  }
  if (FLOWS.every((flow) => mix[flow] === 0)) mistakes.push(`MIX ${text}: no flow has a weight`)
  return mix
}
