// Is the order system of this checkout up? Asked by every command that would use it or start one. A system that runs and
// is not ready is neither: a second one beside it would share its address file, its gateway's folder, and its cores.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { ROUTES } from '../contracts/gateway-api.ts'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import type { SutEndpoint } from '../contracts/sut-endpoint.ts'
import { STATE } from '../engines/place.ts'
import { runningHere } from './load-target.ts'

const ANSWER_LIMIT_MS = 4_000

export type OwnSut =
  | { readonly kind: 'none' }
  | { readonly kind: 'ready'; readonly endpoint: SutEndpoint }
  | { readonly kind: 'not-ready'; readonly endpoint: SutEndpoint; readonly why: string }

export async function ownSut(stateDir: string = STATE): Promise<OwnSut> {
  const endpoint = runningHere(stateDir)
  if (!endpoint) return { kind: 'none' }
  const why = await reasonNotReady(endpoint.baseUrl)
  if (why === null) return { kind: 'ready', endpoint }
  // What left its address behind when it was killed is no system.
  return endpoint.processes.some(isOurs) ? { kind: 'not-ready', endpoint, why } : { kind: 'none' }
}

/** Undefined: none runs. Throws a Refusal for one that runs and is not ready. */
export async function readySut(): Promise<SutEndpoint | undefined> {
  const own = await ownSut()
  if (own.kind === 'none') return undefined
  if (own.kind === 'ready') return own.endpoint
  const { baseUrl, topology } = own.endpoint
  throw new Refusal({
    what: 'the order system of this checkout runs, but is not ready',
    why: [`${topology} at ${baseUrl}: ${own.why}`],
    wayOut: 'See .headroom/logs and npm run doctor; or stop it (npm run down, or Ctrl-C where it was started).',
    exitCode: EXIT_CODES.fault,
  })
}

/** null: it is ready. A degraded system is: it answers what it can. */
async function reasonNotReady(baseUrl: string): Promise<string | null> {
  try {
    const answer = await fetch(`${baseUrl}${ROUTES.health.path}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const text = await answer.text()
    return answer.ok ? null : `${ROUTES.health.path} says ${answer.status} ${text}`
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${ANSWER_LIMIT_MS / 1000} s`
    return 'its gateway does not answer'
  }
}

/** Its number alone proves nothing: it may be another program's by now. */
function isOurs({ component, pid }: SutEndpoint['processes'][number]): boolean {
  return commandOf(pid).includes(component === 'nginx' ? 'nginx' : 'sut/main')
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
