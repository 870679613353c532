// The business layer in another process, as the front-ends reach it.

import { type RemoteService, remoteService } from '../domain/service-client.ts'
import { FLOWS_CONTRACT } from './flows-contract.ts'
import type { OrderFlows } from './order-flows.ts'

export const FLOWS_SERVICE = 'flows'

export function remoteFlows(options: {
  readonly url: string
  readonly internalSecret: string
}): RemoteService<OrderFlows> {
  return remoteService<OrderFlows>(FLOWS_SERVICE, FLOWS_CONTRACT, options)
}
