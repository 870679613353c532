// The payment service as others call it: payments, each of one order. The first is written with its order (decision 0011).

import type { Payment } from '../../../contracts/order.ts'
import type { OrderId } from '../../../contracts/order-id.ts'
import type { MysqlPool } from '../../storage/mysql-pool.ts'
import { selectLatestPayment } from '../../storage/payment-table.ts'
import type { CallContext } from '../../telemetry/call-context.ts'
import { orderId, requestOf, userId } from '../request-fields.ts'
import { contractFor } from '../service-contract.ts'

export interface PaymentService {
  /** The last attempt to pay this user's order; null: no such order of this user. */
  latest(request: { readonly orderId: OrderId; readonly userId: number }, context: CallContext): Promise<Payment | null>
}

export const PAYMENT_CONTRACT = contractFor<PaymentService>()({
  latest: { request: requestOf({ orderId, userId }) },
})

export function localPaymentService(pool: MysqlPool): PaymentService {
  return { latest: async (request, context) => (await selectLatestPayment(pool, request, context)) ?? null }
}
