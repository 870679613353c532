// Streams of draws beside those of contracts/seeded-order.ts. Another number is another data set.

export const ROW_STREAM = {
  region: 3,
  channel: 4,
  itemCount: 5,
  outcome: 6,
  pace: 7,
  method: 8,
  /** + line number. */
  product: 100,
  /** + line number. */
  quantity: 200,
} as const
