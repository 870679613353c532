// Sizing for a peak: which machines, how many, as low/mid/high, and why each alternative was not taken.

import type { Cases } from './interval.ts'

export interface MachineType {
  readonly name: string
  readonly cores: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** What one costs, in any unit; the cheapest fitting set wins. */
  readonly cost: number
}

export interface SizingQuestion {
  readonly peakRatePerSecond: Cases
  /** CPU seconds one request costs the application and the database: service demands, D = U·m/X. */
  readonly appCpuSeconds: Cases
  readonly databaseCpuSeconds: Cases
  /** How long one request holds a database connection. */
  readonly connectionSeconds: Cases
  readonly dataBytes: Cases
  /** Buffer pool the wanted hit ratio asks for (op cache), over all hosts. */
  readonly bufferPoolBytes: Cases
  /** Busy share to run at in the peak, below 1. */
  readonly targetUtilisation: number
  /** Machines that may be down at the peak, per tier. */
  readonly spares: number
  readonly maxConnectionsPerHost: number
  readonly appMachines: readonly MachineType[]
  readonly databaseMachines: readonly MachineType[]
}

export const SIZING_LIMITS = ['cpu', 'memory', 'disk', 'connections'] as const
export type SizingLimit = (typeof SIZING_LIMITS)[number]

export interface TierOption {
  readonly machine: string
  readonly count: Cases
  /** What asks for the most machines in the mid case. */
  readonly limitedBy: SizingLimit
  /** Machines each limit asks for, spares not counted. */
  readonly neededBy: Readonly<Partial<Record<SizingLimit, Cases>>>
  readonly cost: Cases
}

export interface RejectedOption extends TierOption {
  readonly reason: string
}

export interface TierSizing {
  readonly chosen: TierOption
  readonly rejected: readonly RejectedOption[]
}

export interface SizingAnswer {
  readonly app: TierSizing
  readonly database: TierSizing
  /** Database connections held at once on average, and those to allow for. */
  readonly connectionsInUse: Cases
  readonly connectionsToAllow: Cases
}
