// Where the load goes: an address that was given and may be loaded, or the order system of this checkout.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { SUT_ENDPOINT_FILE, type SutEndpoint } from '../contracts/sut-endpoint.ts'
import { isLoopback } from '../measurements/conditions.ts'
import type { Target } from '../measurements/target.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface TargetOptions {
  readonly target: string
  /** The host of the target, written out once more by someone who may load it. */
  readonly targetOwnerConfirm?: string
}

const SECRET = 'HEADROOM_JWT_SECRET'
const ADMIN_SECRET = 'HEADROOM_ADMIN_JWT_SECRET'

/** `http://host:port` of a target that may be loaded. Throws a Refusal for any other. */
export function allowedBaseUrl({ target, targetOwnerConfirm }: TargetOptions): string {
  const url = URL.parse(target)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new Refusal({
      what: `${target} is no target`,
      why: ['a target is the address of a gateway, without a path'],
      wayOut: 'For example:',
      command: 'npm run load checkout -- --target http://127.0.0.1:8080',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new Refusal({
      what: 'a target carries no user and no password',
      why: ['it is written into the run and its report'],
      wayOut: `Give ${url.origin} alone; tokens are signed with ${SECRET}.`,
    })
  }
  if (!isLoopback(url.hostname) && targetOwnerConfirm !== url.host) {
    throw new Refusal({
      what: `${url.host} is not this machine`,
      why: ['a load can take a system down, and its checkouts are real orders there'],
      wayOut: 'If it is yours to load, say so with its exact name:',
      command: `--target-owner-confirm ${url.host}`,
    })
  }
  return url.origin
}

/** The given address as a target: its secret, and its processes when it is the order system of this checkout. */
export function targetAt(baseUrl: string, stateDir: string, env: Environment): Target {
  const own = runningHere(stateDir)
  if (own?.baseUrl === baseUrl) return own
  const given = secretOf(SECRET, env)
  const jwtSecret = given ?? composeSecret('jwt_secret', baseUrl, stateDir)
  // Who gives one secret means it for both.
  const composed = given === undefined ? composeSecret('admin_jwt_secret', baseUrl, stateDir) : undefined
  const adminJwtSecret = secretOf(ADMIN_SECRET, env) ?? composed
  if (jwtSecret !== undefined) return { baseUrl, jwtSecret, ...(adminJwtSecret && { adminJwtSecret }), processes: [] }
  throw new Refusal({
    what: `the users of ${baseUrl} need tokens, and there is no secret to sign them with`,
    why: [
      `${SECRET} and ${SECRET}_FILE are not set`,
      'the order system of this checkout does not answer there, and there is no .headroom/compose/jwt_secret',
    ],
    wayOut: `Set ${SECRET}_FILE to a file that holds the target's HS256 secret.`,
  })
}

/** What the order system of this checkout left for others to find it; it may have died since. */
export function runningHere(stateDir: string): SutEndpoint | undefined {
  const text = fileText(join(stateDir, SUT_ENDPOINT_FILE))
  return text === undefined ? undefined : (JSON.parse(text) as SutEndpoint)
}

function secretOf(name: string, env: Environment): string | undefined {
  const file = env[`${name}_FILE`]
  return env[name] || (file ? givenSecret(name, file) : undefined)
}

function givenSecret(name: string, file: string): string {
  const unusable = (why: string) =>
    new Refusal({
      what: `${name}_FILE names no secret`,
      why: [why],
      wayOut: "Name a file that this user may read and that holds the target's HS256 secret.",
    })
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error))
  }
  if (text === '') throw unusable(`${file} is empty`)
  return text
}

/** docker-compose.yml reads its secrets from there, one a line, and the first signs; it listens on this machine only. */
function composeSecret(name: string, baseUrl: string, stateDir: string): string | undefined {
  if (!isLoopback(new URL(baseUrl).hostname)) return undefined
  return fileText(join(stateDir, 'compose', name))?.split(/\s+/)[0] || undefined
}

/** undefined: there is none. One that may not be read is said to be so. */
function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
