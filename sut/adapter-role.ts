// The interface layer's adapter for old apps as a process: it answers the users of the gray share through the business layer, and
// passes the forms of all others on to the monolith. It sees no database.

import type { FastifyInstance } from 'fastify'
import { Counter } from 'prom-client'
import { isGray } from '../contracts/gray-share.ts'
import type { OrderFlows } from './aggregation/order-flows.ts'
import type { HttpServerOptions } from './interface/http-server.ts'
import { OldTrafficWatch } from './interface/old-traffic-watch.ts'
import { businessLayer } from './legacy/business-layer.ts'
import type { Elsewhere } from './legacy/legacy-routes.ts'
import { notWaitedFor, type OldRecords } from './legacy/old-records.ts'
import { passOnTo } from './legacy/pass-on.ts'
import { oldInterfaceServer } from './old-interface-server.ts'
import type { RoleOptions } from './roles.ts'

export interface AdapterParts {
  readonly server: HttpServerOptions
  /** The business layer. */
  readonly flows: OrderFlows
  /** Of the monolith. */
  readonly records: OldRecords
}

export async function buildAdapter(
  options: RoleOptions,
  { server, flows, records }: AdapterParts,
): Promise<FastifyInstance> {
  const { config, metrics, logger, parts } = options
  const watch = new OldTrafficWatch(flows, logger)
  await watch.start()
  parts.add({ stop: () => watch.stop() })
  const monolith = passOnTo(config.serviceUrls.monolith)
  parts.add({ stop: monolith.close })
  const answered = new Counter({
    name: 'headroom_old_requests_total',
    help: 'Requests of old apps with a good token, by who answers them',
    labelNames: ['side'],
    registers: [metrics.registry],
  })
  const elsewhere: Elsewhere = {
    isFor: (userId) => {
      const isHere = isGray(userId, watch.grayPercent)
      answered.inc({ side: isHere ? 'interface-layer' : 'monolith' })
      return !isHere
    },
    pass: monolith.pass,
  }
  return oldInterfaceServer(options, server, {
    orders: businessLayer({ flows, records: notWaitedFor(records) }),
    elsewhere,
  })
}
