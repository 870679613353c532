// What the monolith tells others of an order: a message on a Redis stream, sent after the commit. It has no version and no
// id of its own, so its readers take the last one they see; one that is lost is never sent again.

export const LEGACY_STREAM = 'headroom:legacy:orders'
/** The oldest are dropped beyond about so many, read or not. */
export const LEGACY_STREAM_LENGTH = 100_000

export const LEGACY_EVENTS = ['ORDER_CREATED', 'ORDER_PAID', 'ORDER_CLOSED'] as const
export type LegacyEvent = (typeof LEGACY_EVENTS)[number]

/** JSON in the field `message` of an entry. */
export interface LegacyMessage {
  readonly event: LegacyEvent
  readonly orderNo: number
  readonly userId: number
  /** As `t_order` holds it: the mixed one. */
  readonly status: number
  readonly amount: string
  readonly time: string
}
