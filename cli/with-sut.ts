// The order system for one command: the one that runs already, or one launched in front of the given engines and stopped
// at the end.

import { join } from 'node:path'
import type { Engines } from '../contracts/engines.ts'
import type { SutEndpoint, Topology } from '../contracts/sut-endpoint.ts'
import { startNginx } from '../engines/nginx.ts'
import { CHECKOUT } from '../engines/place.ts'
import { launchSut } from '../sut/launch.ts'
import { runningHere } from './load-target.ts'
import type { CommandContext } from './run-command.ts'

const STATE = join(CHECKOUT, '.headroom')
const ANSWER_LIMIT_MS = 2_000

/** The order system of this checkout, if one is up and answers. */
export async function answeringSut(): Promise<SutEndpoint | undefined> {
  const endpoint = runningHere(STATE)
  if (!endpoint) return undefined
  try {
    const { ok } = await fetch(`${endpoint.baseUrl}/healthz`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    return ok ? endpoint : undefined
  } catch {
    return undefined
  }
}

export async function withSut<T>(
  engines: Engines,
  topology: Topology,
  { signal, say, onCleanup }: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (endpoint: SutEndpoint) => Promise<T>,
): Promise<T> {
  // A second one beside it would share its address file, its gateway's folder, and its cores.
  const running = await answeringSut()
  if (running) {
    say(`the order system (${running.topology}) runs already at ${running.baseUrl}`)
    return await use(running)
  }
  const sut = await launchSut(engines, {
    topology,
    stateDir: STATE,
    signal,
    startGateway: (gateway) => startNginx({ program: engines.nginx, keep: false, ...gateway }),
  })
  onCleanup(sut.stop)
  try {
    say(`the order system answers at ${sut.endpoint.baseUrl}`)
    return await use(sut.endpoint)
  } finally {
    await sut.stop()
  }
}
