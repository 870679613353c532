// The real nginx with the gateway's configuration, in front of whatever a test names. Each test stops its own.

import getPort from 'get-port'
import { inject } from 'vitest'
import type { EngineProgram } from '../../contracts/engines.ts'
import { type RunningNginx, startNginx } from '../../engines/nginx.ts'
import { type NginxOptions, renderNginxConfig } from './nginx.ts'

export interface StartedGateway extends RunningNginx {
  readonly port: number
  readonly baseUrl: string
}

interface GatewayBefore extends Pick<NginxOptions, 'oldInterfaces'> {
  /** App and admin alike. */
  readonly frontEnd: string
  /** Default: that of the engines. */
  readonly program?: EngineProgram
  readonly edit?: (configText: string) => string
}

export async function startedGateway({
  frontEnd,
  oldInterfaces,
  program = inject('engines').nginx,
  edit = (configText) => configText,
}: GatewayBefore): Promise<StartedGateway> {
  const port = await getPort()
  const configText = renderNginxConfig({
    listen: `127.0.0.1:${port}`,
    app: frontEnd,
    admin: frontEnd,
    ...(oldInterfaces && { oldInterfaces }),
    accessLog: 'sample',
    metricsFor: [],
  })
  const nginx = await startNginx({
    program,
    configText: edit(configText),
    port,
    signal: new AbortController().signal,
    keep: false,
    stateFolder: inject('stateFolder'),
  })
  return { ...nginx, port, baseUrl: `http://127.0.0.1:${port}` }
}
