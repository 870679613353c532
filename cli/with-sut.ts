// The order system for one command: the one that runs already, or one launched in front of the given engines and stopped
// at the end.

import type { Engines } from '../contracts/engines.ts'
import type { Protection } from '../contracts/request-protection.ts'
import { hasMonolith, type SutEndpoint, type Topology } from '../contracts/sut-endpoint.ts'
import { startNginx } from '../engines/nginx.ts'
import { STATE } from '../engines/place.ts'
import { launchSut } from '../sut/launch.ts'
import { withoutMonolith } from './legacy-option.ts'
import { refuseOtherDemands } from './load-protection.ts'
import { readySut } from './own-sut.ts'
import type { CommandContext } from './run-command.ts'

const DEMANDED = { plain: 'off', signed: 'signed', sealed: 'sealed' } as const

/** What is launched where nothing runs. */
export interface SystemChoice {
  readonly topology: Topology
  /** With the monolith beside it; a system that runs without one will not do. */
  readonly legacy?: boolean
  /** Of the app's requests: it demands what they are. Absent: what HEADROOM_APP_DEMANDS says. */
  readonly protection?: Protection
}

export async function withSut<T>(
  engines: Engines,
  { topology, legacy = false, protection }: SystemChoice,
  { signal, say, onCleanup }: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (endpoint: SutEndpoint) => Promise<T>,
): Promise<T> {
  const running = await readySut()
  if (running) {
    if (legacy && !hasMonolith(running)) throw withoutMonolith(running)
    if (protection !== undefined) refuseOtherDemands(protection, running)
    say(`the order system (${running.topology}) runs already at ${running.baseUrl}`)
    return await use(running)
  }
  const sut = await launchSut(engines, {
    topology,
    ...(legacy && { monolith: engines.legacyMysql }),
    ...(protection && { appDemands: DEMANDED[protection] }),
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
