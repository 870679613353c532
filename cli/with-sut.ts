// The order system for one command: launched in front of the given engines, stopped at its end.

import { join } from 'node:path'
import type { Engines } from '../contracts/engines.ts'
import type { SutEndpoint, Topology } from '../contracts/sut-endpoint.ts'
import { startNginx } from '../engines/nginx.ts'
import { CHECKOUT } from '../engines/place.ts'
import { launchSut } from '../sut/launch.ts'
import type { CommandContext } from './run-command.ts'

export async function withSut<T>(
  engines: Engines,
  topology: Topology,
  { signal, say, onCleanup }: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (endpoint: SutEndpoint) => Promise<T>,
): Promise<T> {
  const sut = await launchSut(engines, {
    topology,
    stateDir: join(CHECKOUT, '.headroom'),
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
