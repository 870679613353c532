// setup(): is the target alive, is it the order system, does it hold the data, does it take our tokens? A load that
// starts without these answers measures nothing; k6 would exit 0.

import http from 'k6/http'
import type { Dataset, Identity } from '../contracts/dataset.ts'
import { ROUTES, TOKEN } from '../contracts/gateway-api.ts'
import { LEGACY_CODES, LEGACY_ROUTES, type LegacyAnswer, MONOLITH_IDENTITY_PATH } from '../contracts/legacy-api.ts'
import { failureOf } from './answer-checks.ts'
import { appRequest } from './app-request.ts'
import { settings } from './settings.ts'
import { passStartGate } from './start-gate.ts'
import { token } from './token.ts'
import { datasetOfFile } from './workload.ts'

export interface SetupData {
  /** null: the orders come from a file. */
  readonly dataset: Dataset | null
  /** When the load begins, epoch ms; null: when k6 does. */
  readonly startAtMs: number | null
}

const PARAMS = { tags: { name: 'probe' }, redirects: 0, timeout: '5s', responseType: 'text' } as const

/** Who is asked what: the services, or the monolith. */
interface Asked {
  readonly identityPath: string
  /** The command that fills it. */
  readonly filledBy: string
  /** Why our token is no good there; null: it is. */
  tokenRefused(): string | null
}

/** Throws, and k6 exits 107, unless the target is what the load is meant for. */
export function setup(): SetupData {
  return probe({
    identityPath: ROUTES.identity.path,
    filledBy: 'npm run seed -- --years 3',
    tokenRefused: () => {
      const asking = { flow: 'probe', method: 'GET', target: ROUTES.list.path, userId: 1 } as const
      const { status, body } = appRequest(settings, asking).send()
      return status === 401 || status === 403 ? failureOf(status, '', body ?? '') : null
    },
  })
}

/** The same of a load on the old interfaces. */
export function setupMonolith(): SetupData {
  return probe({
    identityPath: MONOLITH_IDENTITY_PATH,
    filledBy: 'npm run seed -- --legacy',
    tokenRefused: () => {
      const form = { token: token(settings.jwtSecret, '1', TOKEN.appAudience) }
      const { body } = http.post(settings.baseUrl + LEGACY_ROUTES.list, form, PARAMS)
      const { code } = JSON.parse(body) as LegacyAnswer<unknown>
      return code === LEGACY_CODES.notLoggedIn ? `code ${code}` : null
    },
  })
}

function probe({ identityPath, filledBy, tokenRefused }: Asked): SetupData {
  const { dataset } = askIdentity(identityPath)
  if (dataset === null) throw refusal(`it holds no data; ${filledBy} fills it`)
  if (datasetOfFile !== null && datasetOfFile.fingerprint !== dataset.fingerprint) {
    throw refusal(`it holds the data set ${dataset.fingerprint}, DATASET is ${datasetOfFile.fingerprint}`)
  }
  const answer = tokenRefused()
  if (answer !== null) throw refusal(`it answers ${answer} to our token; JWT_SECRET is not its secret`)
  return { dataset: settings.ordersPath === null ? dataset : null, startAtMs: passStartGate(settings.startGate) }
}

function askIdentity(path: string): Identity {
  const response = http.get(settings.baseUrl + path, PARAMS)
  if (response.status !== 200) throw refusal(response.error || `it answers ${response.status}`)
  try {
    const identity = JSON.parse(response.body) as Identity
    if (identity.system === 'headroom-sut') return identity
  } catch {
    // Not JSON: not ours, as below.
  }
  throw refusal('it is another system than the one this load is written for')
}

function refusal(why: string): Error {
  return new Error(`probe of ${settings.baseUrl}: ${why}`)
}
