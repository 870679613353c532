// What signing and sealing cost, as measurements.json has it: each side's part by itself.

import type { Protection } from './request-protection.ts'

/** What signing and sealing cost each request: k6's part is none of the system's. Of the whole run, its warm-up included. */
export interface ProtectionCost {
  readonly protection: Exclude<Protection, 'plain'>
  /** Before a request was due, so in none of its times. k6 counts whole milliseconds: only the mean says anything. */
  readonly k6: MeanCost | null
  /** In the app's interface; null: it does not say. */
  readonly signature: MeanCost | null
  /** Its look into the memory of nonces: mostly waiting. */
  readonly nonce: MeanCost | null
  readonly unsealing: MeanCost | null
}

export interface MeanCost {
  readonly requests: number
  readonly meanMs: number
}
