// What an allowed address is to a load: an order system, whose users need tokens, or any other server.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { SUT_ENDPOINT_FILE, type SutEndpoint } from '../contracts/sut-endpoint.ts'
import { parseWhole } from '../engines/engine-record.ts'
import { isLoopback } from '../measurements/conditions.ts'
import { listenersOn } from '../measurements/listening-processes.ts'
import { askKind, type Target } from '../measurements/target.ts'
import type { AllowedTarget } from './allowed-target.ts'
import { askOwner, challengeToken } from './target-challenge.ts'

type Environment = Readonly<Record<string, string | undefined>>

const SECRET = 'HEADROOM_JWT_SECRET'
const ADMIN_SECRET = 'HEADROOM_ADMIN_JWT_SECRET'

/** What answers there, with the consent of its owner where that is asked for. A dead one is a target too: a finding. */
export async function targetAt(
  allowed: AllowedTarget,
  isForScript: boolean,
  stateDir: string,
  env: Environment,
): Promise<Target> {
  const { baseUrl, address, maxRatePerSecond } = allowed
  const place = {
    baseUrl,
    ...(address === undefined ? {} : { address }),
    ...(maxRatePerSecond === undefined ? {} : { maxRatePerSecond }),
  }
  const own = runningHere(stateDir)
  if (own?.baseUrl === baseUrl) return { ...own, ...place }
  const given = secretOf(SECRET, env)
  const jwtSecret = given ?? composeSecret('jwt_secret', baseUrl, stateDir)
  // Who gives one secret means it for both.
  const composed = given === undefined ? composeSecret('admin_jwt_secret', baseUrl, stateDir) : undefined
  const adminJwtSecret = secretOf(ADMIN_SECRET, env) ?? composed
  const secrets = { jwtSecret: jwtSecret ?? '', ...(adminJwtSecret && { adminJwtSecret }) }
  if (allowed.isChallenged) await askOwner(allowed, challengeToken(join(stateDir, 'challenge-token')), jwtSecret)
  const kind = await askKind(place).catch(() => null)
  if (kind === 'http' && !isForScript) throw anotherSystem(baseUrl)
  if (kind === 'http') return { ...place, kind, jwtSecret: '', processes: await processesOf(allowed) }
  if (isForScript || kind === null) {
    return { ...place, kind: kind ?? (isForScript ? 'http' : 'headroom'), ...secrets, processes: [] }
  }
  if (jwtSecret !== undefined) return { ...place, kind, ...secrets, processes: [] }
  throw withoutSecret(baseUrl)
}

/** Of a server on this machine, with their children: what they use is no work of others. */
async function processesOf({ baseUrl, isThisMachine }: AllowedTarget): Promise<Target['processes']> {
  if (!isThisMachine) return []
  const { port, protocol } = new URL(baseUrl)
  const pids = await listenersOn(Number(port || (protocol === 'https:' ? 443 : 80)))
  return pids.map((pid) => ({ component: 'target', pid }))
}

function anotherSystem(baseUrl: string): Refusal {
  return new Refusal({
    what: `${baseUrl} is another system than ours`,
    why: ['list, detail, checkout, search and mix speak the interface in docs/what-a-target-must-answer.md'],
    wayOut: 'Load it with a k6 script of your own (docs/how-do-i-load-my-own-system.md):',
    command: `npm run load -- ./my-flow.ts --target ${baseUrl} --p99 100ms`,
  })
}

function withoutSecret(baseUrl: string): Refusal {
  return new Refusal({
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
  return text === undefined ? undefined : parseWhole<SutEndpoint>(text)
}

/** Of the environment, or of the file that it names. */
export function secretOf(name: string, env: Environment): string | undefined {
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

/** undefined: there is none, or a folder in its place. One that may not be read is said to be so. */
function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
