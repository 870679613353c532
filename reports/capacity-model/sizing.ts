// What a peak asks for, all hosts together: cores by the utilisation law, connections by Little's law and Erlang's C.

import type { Cases } from '../../contracts/capacity-model/interval.ts'
import { mapCases } from './cases.ts'
import { erlangC } from './mmc.ts'

/** Shares of a database host's memory and disk that data may take: the rest is connections, redo, temporary tables. */
export const POOL_SHARE_OF_MEMORY = 0.75
export const DATA_SHARE_OF_DISK = 0.7
/** A request may find its connection pool empty this rarely. */
const POOL_WAIT_PROBABILITY = 0.01

/** Cores that are busy for the target share of the peak: X·D ÷ utilisation. */
export function coresForPeak(peakRatePerSecond: Cases, cpuSeconds: Cases, targetUtilisation: number): Cases {
  return mapCases((rate, seconds) => (rate * seconds) / targetUtilisation, peakRatePerSecond, cpuSeconds)
}

export interface Connections {
  readonly inUse: Cases
  readonly toAllow: Cases
}

/** Each held for `heldSeconds` by one request. */
export function connectionsForPeak(peakRatePerSecond: Cases, heldSeconds: Cases): Connections {
  const inUse = mapCases((rate, held) => rate * held, peakRatePerSecond, heldSeconds)
  return { inUse, toAllow: mapCases(connectionsFor, inUse) }
}

/** Little's law gives the mean in use; Erlang's C the pool in which hardly a request waits. Doubling, then bisection. */
function connectionsFor(inUse: number): number {
  const suffices = (pool: number): boolean => pool > inUse && erlangC(pool, inUse) <= POOL_WAIT_PROBABILITY
  let high = Math.floor(inUse) + 1
  while (!suffices(high)) high *= 2
  let low = Math.floor(inUse)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (suffices(middle)) high = middle
    else low = middle
  }
  return high
}
