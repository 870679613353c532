// The monolith as a service: what only it knows, asked for by the interface layer's adapter for old apps.

import { idempotencyKey, requestOf, userId } from './domain/request-fields.ts'
import { contractFor } from './domain/service-contract.ts'
import type { OldRecords } from './legacy/old-records.ts'

export const OLD_RECORDS_CONTRACT = contractFor<OldRecords>()({
  nickname: { request: requestOf({ userId }) },
  submittedBefore: { request: requestOf({ userId, submitToken: idempotencyKey }) },
})
