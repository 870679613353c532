// The order system for one command: the one that runs already, or one launched in front of the given engines and stopped
// at the end.

import { join } from 'node:path'
import type { Engines } from '../contracts/engines.ts'
import { hasMonolith, type SutEndpoint, type Topology } from '../contracts/sut-endpoint.ts'
import { startNginx } from '../engines/nginx.ts'
import { CHECKOUT } from '../engines/place.ts'
import { launchSut } from '../sut/launch.ts'
import { withoutMonolith } from './legacy-option.ts'
import { readySut } from './own-sut.ts'
import type { CommandContext } from './run-command.ts'

const STATE = join(CHECKOUT, '.headroom')

/** What is launched where nothing runs. */
export interface SystemChoice {
  readonly topology: Topology
  /** With the monolith beside it; a system that runs without one will not do. */
  readonly legacy?: boolean
}

export async function withSut<T>(
  engines: Engines,
  { topology, legacy = false }: SystemChoice,
  { signal, say, onCleanup }: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (endpoint: SutEndpoint) => Promise<T>,
): Promise<T> {
  const running = await readySut()
  if (running) {
    if (legacy && !hasMonolith(running)) throw withoutMonolith(running)
    say(`the order system (${running.topology}) runs already at ${running.baseUrl}`)
    return await use(running)
  }
  const sut = await launchSut(engines, {
    topology,
    ...(legacy && { monolith: engines.legacyMysql }),
    stateDir: STATE,
    signal,
    startGateway: (gateway) => startNginx({ program: engines.nginx, keep: false, ...gateway }),
  })
  onCleanup(sut.stop)
  if (!engines.mysql.passwords)
    say('the services use the account of HEADROOM_MYSQL_URL: docs/access.md has one for each')
  try {
    say(`the order system answers at ${sut.endpoint.baseUrl}`)
    return await use(sut.endpoint)
  } finally {
    await sut.stop()
  }
}
