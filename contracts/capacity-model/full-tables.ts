// The ladder of one shard: what was measured on smaller tables, and what it says about full ones.

import type { ActivityClass, Flow, Whales } from '../plan.ts'

/** How full the tables of the shard are, and how much of them the pool can hold. */
export interface ShardFill {
  /** Rows of `orders_NN`. */
  readonly orders: number
  /** Used pages (16 KiB) of the shard's tables, indexes included. */
  readonly pages: number
  /** Pages of the buffer pool. */
  readonly poolPages: number
}

/** One flow on one rung with one pool. */
export interface RungFigures extends ShardFill {
  readonly flow: Flow
  /** Repeats, each of a process of its own. */
  readonly holds: readonly {
    readonly ratePerSecond: number
    readonly p99Ms: number
    /** Of this hold, where it is not the rung's: with a cold pool. It tells what a read from disk costs. */
    readonly missesPerRequest?: number | undefined
  }[]
  /** null: the search found none. `high` null: no rate failed. */
  readonly highestRate: { readonly ratePerSecond: number; readonly low: number; readonly high: number | null } | null
  /** Innodb_buffer_pool_read_requests ÷ requests. */
  readonly pageGetsPerRequest: number
  /** Innodb_buffer_pool_reads ÷ requests. */
  readonly missesPerRequest: number
  /** Of MySQL alone. */
  readonly mysqlCpuMsPerRequest: number
  /** Of the whole system, MySQL included, the harness not. */
  readonly cpuMsPerRequest: number
  /** Mean time of one page read from the disk, where the server or the kernel tells it. */
  readonly missMs?: number | undefined
}

/** Who asks for which rows: the load's own laws, the same at every rung. */
export interface ShardLoad {
  /** An order of the age share x (0: newest) is asked for with the density x^(1/k − 1)/k; 1: all alike. */
  readonly recencyExponent: number
  /** Orders on a page of `list`. */
  readonly listLimit: number
  /** Users of this shard, whales apart. */
  readonly users: number
  /** Of those users: shares sum to 1 each. */
  readonly activity: readonly ActivityClass[]
  /** Of this shard: how many, and their share of its orders. */
  readonly whales: Whales
  /** Mean rows of `order_items_NN` per order. */
  readonly itemsPerOrder: number
  /** What the plan adds to each row of orders. */
  readonly extraBytesPerRow: number
}

export interface TargetRung extends ShardFill, ShardLoad {
  /** The common rate at which p99 is wanted; the holds of the rungs below must have been held at it. */
  readonly ratePerSecond: number
  /** What "highest rate" has to meet. */
  readonly targetP99Ms: number
  /** Of the host of the system. */
  readonly cores: number
}

/** `low` … `high` holds what will be measured, with the answer's confidence. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface RungPrediction {
  readonly estimator: string
  readonly confidence: number
  /** More than twice the rows of the largest rung below. */
  readonly extrapolated: boolean
  readonly hitRatio: Estimate
  readonly missesPerRequest: Estimate
  readonly p99Ms: Estimate
  readonly ratePerSecond: Estimate | null
  readonly ratePerSecondReason?: string
  /** Share of the pool that behaves as if it held these pages, from the rungs that read from disk; 1 where none did. */
  readonly effectivePoolShare: Estimate
  /** Effects that came out below zero and were held there. */
  readonly atBound: readonly string[]
}
