// What the web admin's interface may ask of the business layer, beside the search. In-process and over HTTP alike.

import type { Product } from '../../contracts/catalogue.ts'
import type { DetailResponse } from '../../contracts/gateway-api.ts'
import type { OrderId } from '../../contracts/order-id.ts'
import type { CatalogueService } from '../domain/catalogue/catalogue-service.ts'
import type { ProductMemory } from '../domain/catalogue/product-memory.ts'
import type { OrderService } from '../domain/order/order-service.ts'
import type { SwitchService } from '../domain/switches/switch-service.ts'
import { SutError } from '../errors.ts'
import type { CallContext } from '../telemetry/call-context.ts'
import { withNames } from './detail.ts'

export interface AdminFlows {
  /** Of whichever user; null: there is no such order. */
  lookUp(call: { readonly orderId: OrderId }, context: CallContext): Promise<DetailResponse | null>
  /** As the catalogue has it now; null: there is no such product. */
  product(call: { readonly productId: number }, context: CallContext): Promise<Product | null>
  changeProduct: CatalogueService['change']
  switchStatus: SwitchService['status']
  switchPlan: SwitchService['plan']
  moveSwitch: SwitchService['move']
  setSwitches: SwitchService['set']
  switchHistory: SwitchService['history']
}

export interface AdminDomain {
  readonly order: Pick<OrderService, 'lookUp'>
  readonly catalogue: CatalogueService
  /** Of this process: told of what is changed here. */
  readonly products: ProductMemory
  readonly switches: SwitchService
}

export function adminFlows({ order, catalogue, products, switches }: AdminDomain): AdminFlows {
  return {
    lookUp: async (call, context) => {
      const found = await order.lookUp(call, context)
      return found && (await withNames(found, products, context))
    },
    product: async ({ productId }, context) => {
      const [product] = await catalogue.products({ productIds: [productId] }, context)
      return product ?? null
    },
    changeProduct: async (change, context) => {
      try {
        const product = await catalogue.change(change, context)
        products.overtake(change.productId, product)
        return product
      } catch (error) {
        if (mayHaveChanged(error)) products.overtake(change.productId, null)
        throw error
      }
    },
    switchStatus: (call, context) => switches.status(call, context),
    switchPlan: (call, context) => switches.plan(call, context),
    moveSwitch: (call, context) => switches.move(call, context),
    setSwitches: (call, context) => switches.set(call, context),
    switchHistory: (call, context) => switches.history(call, context),
  }
}

/** A catalogue that cannot be reached has changed nothing, and what is known is charged on. */
function mayHaveChanged(error: unknown): boolean {
  return !(error instanceof SutError) || error.code === 'outcome-unknown' || error.code === 'internal'
}
