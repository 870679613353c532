// `-e NAME=value` → settings, every mistake at once. Pure, so that it is tested without k6.

import type { Arrivals } from '../contracts/measurement.ts'
import { PROTECTIONS, type Protection } from '../contracts/request-protection.ts'
import { parseSchedule, requestCount, type Segment } from '../contracts/schedule.ts'
import { RECENCY_EXPONENT } from '../contracts/seeded-choice.ts'
import { parseShare, type Share, WHOLE } from '../contracts/share.ts'
import type { FlowWeights } from '../contracts/workload.ts'

export interface Settings {
  readonly baseUrl: string
  readonly jwtSecret: string
  /** Of administrators: another one where the target keeps them apart. */
  readonly adminJwtSecret: string
  /** How requests to the app's interface are kept up. */
  readonly protection: Protection
  /** Of the app's client that signs and seals; '': there is none. */
  readonly clientSecret: string
  /** Lifts the limit on requests of one user; null: it holds. */
  readonly loadCredential: string | null
  readonly arrivals: Arrivals
  /** Of a closed load only its length counts. */
  readonly schedule: readonly Segment[]
  /** Which of the requests this process offers. All else here is said of the whole load. */
  readonly share: Share
  /** Where to ask when to begin, together with the other generators; null: when k6 is ready. */
  readonly startGate: string | null
  /** Concurrent requests at most: what finds none free waits, and its wait is measured. */
  readonly virtualUsers: number
  /** Part of every Idempotency-Key and of the randomness: another run, other users and orders. null: the start time. */
  readonly runId: string | null
  /** Requests of each flow in a mix, relative to each other. */
  readonly mix: FlowWeights
  /** Dataset JSON; null: ask the target what was seeded. */
  readonly datasetPath: string | null
  /** The orders that the requests are about, worked out before; null: by formula, which costs k6 as much as a request. */
  readonly ordersPath: string | null
  /** Of that formula, as in the plan. */
  readonly recencyExponent: number
  /** Threshold for plain `k6 run`; null: none. */
  readonly p99Ms: number | null
  readonly summaryPath: string | null
  /** Name of the flow that a script of one's own is; null: one of ours. */
  readonly ownFlow: string | null
  /** Where k6 may not connect to, as networks: all but the target's address. */
  readonly blockedNetworks: readonly string[]
  /** Host of the target and the address it was found at: asked of the name service once, before k6 starts. */
  readonly pinned: { readonly host: string; readonly address: string } | null
  /** A target elsewhere: a script may ask it, and nothing else. */
  readonly staysAtTarget: boolean
  /** Requests a second, whatever the script does; null: as many as it likes. */
  readonly maxRatePerSecond: number | null
}

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_BASE_URL = 'http://127.0.0.1:8080'
/** Of the default plan, which k6 cannot read. */
const DEFAULT_MIX = 'list=12,detail=8,checkout=1,search=0.05,pay=0.94,cancel=0.06'
/** The longest answer time at which requests still find a free virtual user (Little's law: users = rate × time). */
const LONGEST_ANSWER_SECONDS = 1
const FEWEST_VIRTUAL_USERS = 8

export function parseSettings(
  env: Environment,
  local: Partial<Pick<Settings, 'baseUrl' | 'jwtSecret' | 'adminJwtSecret' | 'clientSecret'>>,
): Settings {
  const mistakes: string[] = []
  const baseUrl = (env.BASE_URL || local.baseUrl || DEFAULT_BASE_URL).replace(/\/+$/, '')
  if (!/^https?:\/\/[^/?#\s]+$/.test(baseUrl)) mistakes.push(`BASE_URL ${baseUrl}: want http://host:port`)
  const own = baseUrl === local.baseUrl ? local : {}
  const jwtSecret = env.JWT_SECRET || own.jwtSecret || ''
  const adminJwtSecret = env.ADMIN_JWT_SECRET || own.adminJwtSecret || jwtSecret
  const ownFlow = env.OWN_FLOW || null
  if (jwtSecret === '' && ownFlow === null)
    mistakes.push(`JWT_SECRET is missing: ${baseUrl} signs its users' tokens with it`)
  const protection = protectionOf(env, mistakes)
  const clientSecret = env.CLIENT_SECRET || own.clientSecret || ''
  if (protection !== 'plain' && clientSecret === '')
    mistakes.push(`CLIENT_SECRET is missing: ${protection} requests are made with it`)
  const schedule = scheduleOf(env, mistakes)
  const arrivals = env.ARRIVALS || 'poisson'
  if (arrivals !== 'poisson' && arrivals !== 'even' && arrivals !== 'closed')
    mistakes.push(`ARRIVALS ${arrivals}: want poisson, even or closed`)
  const highest = Math.max(...schedule.map(({ ratePerSecond }) => ratePerSecond))
  const virtualUsers = env.VIRTUAL_USERS
    ? positive('VIRTUAL_USERS', env.VIRTUAL_USERS, mistakes)
    : Math.max(FEWEST_VIRTUAL_USERS, Math.ceil(highest * LONGEST_ANSWER_SECONDS))
  const runId = env.RUN_ID || null
  if (runId !== null && !/^[A-Za-z0-9_-]{6,48}$/.test(runId))
    mistakes.push(`RUN_ID ${runId}: want 6 to 48 of A-Z a-z 0-9 _ -`)
  const settings: Settings = {
    baseUrl,
    jwtSecret,
    adminJwtSecret,
    protection,
    clientSecret,
    loadCredential: env.LOAD_CREDENTIAL || null,
    arrivals: arrivals as Arrivals,
    schedule,
    share: shareOf(env, schedule, mistakes),
    startGate: env.START_GATE || null,
    virtualUsers: Math.round(virtualUsers),
    runId,
    mix: parseMix(env.MIX || DEFAULT_MIX, mistakes),
    datasetPath: env.DATASET || null,
    ordersPath: env.ORDERS || null,
    recencyExponent: recencyOf(env, mistakes),
    p99Ms: env.P99_MS ? positive('P99_MS', env.P99_MS, mistakes) : null,
    summaryPath: env.SUMMARY || null,
    ownFlow,
    blockedNetworks: env.BLOCKED_NETWORKS ? env.BLOCKED_NETWORKS.split(',') : [],
    pinned: pinnedOf(env.PINNED),
    staysAtTarget: Boolean(env.STAYS_AT_TARGET),
    maxRatePerSecond: maxRateOf(env, mistakes),
  }
  if (mistakes.length > 0) throw new Error(`settings (-e NAME=value): ${mistakes.join('; ')}`)
  return settings
}

function protectionOf({ PROTECTION: text }: Environment, mistakes: string[]): Protection {
  if (!text) return 'plain'
  const protection = PROTECTIONS.find((known) => known === text)
  if (!protection) mistakes.push(`PROTECTION ${text}: want ${PROTECTIONS.join(', ')}`)
  return protection ?? 'plain'
}

/** `host=address`. */
function pinnedOf(text: string | undefined): Settings['pinned'] {
  const [host, address] = (text ?? '').split('=')
  return host && address ? { host, address } : null
}

function scheduleOf(env: Environment, mistakes: string[]): readonly Segment[] {
  if (!env.SCHEDULE) {
    const ratePerSecond = positive('RATE', env.RATE || '10', mistakes)
    return [{ ratePerSecond, seconds: seconds('DURATION', env.DURATION || '30s', mistakes) }]
  }
  const schedule = parseSchedule(env.SCHEDULE)
  if (env.RATE || env.DURATION) mistakes.push('SCHEDULE says rates and times: leave RATE and DURATION away')
  if (schedule === null) mistakes.push(`SCHEDULE ${env.SCHEDULE}: want rate x seconds, such as 50x60,1000x15,50x120`)
  return schedule ?? [{ ratePerSecond: 1, seconds: 1 }]
}

function shareOf({ SHARE }: Environment, schedule: readonly Segment[], mistakes: string[]): Share {
  if (!SHARE) return WHOLE
  const share = parseShare(SHARE)
  if (share === null) mistakes.push(`SHARE ${SHARE}: want 2/4 for the second of four generators`)
  else if (share.of > requestCount(schedule)) mistakes.push(`SHARE ${SHARE}: there is not a request for each generator`)
  return share ?? WHOLE
}

function recencyOf({ RECENCY_EXPONENT: text }: Environment, mistakes: string[]): number {
  const { usual, least, most } = RECENCY_EXPONENT
  if (!text) return usual
  const exponent = Number(text)
  if (exponent >= least && exponent <= most) return exponent
  mistakes.push(`RECENCY_EXPONENT ${text}: want ${least} to ${most}, as in the plan`)
  return usual
}

/** k6 knows whole requests a second, and takes none for no limit. */
function maxRateOf({ MAX_RATE: text }: Environment, mistakes: string[]): number | null {
  if (!text) return null
  const rate = Number(text)
  if (rate >= 1) return rate
  mistakes.push(`MAX_RATE ${text}: want 1 or more`)
  return 1
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

/** Which flows there are is the scenario's to know. */
function parseMix(text: string, mistakes: string[]): FlowWeights {
  const mix: Record<string, number> = {}
  for (const part of text.split(',')) {
    const [flow = '', weight] = part.split('=')
    const value = Number(weight)
    if (/^[a-z][a-z0-9-]*$/.test(flow) && weight && Number.isFinite(value) && value >= 0) mix[flow] = value
    else mistakes.push(`MIX ${part}: want list=8,detail=4 and the like`)
  }
  if (Object.values(mix).every((weight) => weight === 0)) mistakes.push(`MIX ${text}: no flow has a weight`)
  return mix
}
