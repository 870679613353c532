// The keys that tokens of one interface may be signed with: one, or several while one replaces another. A token names its
// key (`kid`) by the start of the secret's SHA-256, so that name and secret cannot be mixed up; without a name all are tried.

import { hash } from 'node:crypto'
import { createVerifier, TokenError } from 'fast-jwt'
import { LRUCache } from 'lru-cache'
import { TOKEN } from '../../contracts/gateway-api.ts'
import { SutError } from '../errors.ts'

export interface Claims {
  readonly sub: unknown
  readonly aud: unknown
  /** Unix seconds. */
  readonly exp: number
  readonly roles?: unknown
  readonly cnf?: unknown
}

type Verify = (token: string) => Claims

const CLOCK_TOLERANCE_MS = 5_000
/** A user asks again while the token lasts: what was verified once is not computed anew. */
const REMEMBERED_TOKENS = 10_000

export class TokenKeys {
  #verifiers: ReadonlyMap<string, Verify> = new Map()
  /** By the whole token. Genuine ones alone: made-up ones must not drive them out. */
  readonly #verified = new LRUCache<string, Claims>({ max: REMEMBERED_TOKENS })

  constructor(secrets: readonly string[]) {
    this.replace(secrets)
  }

  /** From now on these and no others. */
  replace(secrets: readonly string[]): void {
    this.#verifiers = new Map(secrets.map((secret) => [keyId(secret), verifierOf(secret)]))
    this.#verified.clear()
  }

  get ids(): readonly string[] {
    return [...this.#verifiers.keys()]
  }

  /** Throws unless one of the keys signed it and it is valid now. */
  claimsOf(token: string): Claims {
    const known = this.#verified.get(token)
    if (known && Date.now() < known.exp * 1000 + CLOCK_TOLERANCE_MS) return known
    const claims = this.#verify(token)
    this.#verified.set(token, claims)
    return claims
  }

  #verify(token: string): Claims {
    const id = keyIdIn(token)
    const candidates = id === undefined ? [...this.#verifiers.values()] : [this.#verifiers.get(id)]
    let failure: unknown
    for (const verify of candidates) {
      try {
        if (verify) return verify(token)
      } catch (error) {
        failure = isExpired(failure) ? failure : error
      }
    }
    throw isExpired(failure) ? new SutError('unauthenticated', 'the token has expired') : notAToken()
  }
}

export function keyId(secret: string): string {
  return hash('sha256', secret).slice(0, TOKEN.keyIdLength)
}

export function notAToken(): SutError {
  return new SutError('unauthenticated', 'a valid bearer token is required')
}

function verifierOf(secret: string): Verify {
  return createVerifier({
    key: secret,
    // Ours to say, never the token's.
    algorithms: [TOKEN.algorithm],
    allowedIss: TOKEN.issuer,
    requiredClaims: ['iss', 'aud', 'sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_MS,
    // The library's own keeps refusals too.
    cache: false,
  })
}

/** undefined: it names none. What cannot be read is no token, whatever its signature. */
function keyIdIn(token: string): string | undefined {
  let header: { readonly kid?: unknown } | null
  try {
    header = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString())
  } catch {
    throw notAToken()
  }
  const kid = header?.kid
  if (kid === undefined || typeof kid === 'string') return kid
  throw notAToken()
}

function isExpired(error: unknown): boolean {
  return error instanceof TokenError && error.code === TokenError.codes.expired
}
