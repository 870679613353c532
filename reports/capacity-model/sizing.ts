// Machines for a peak: each limit (CPU at a target utilisation, memory, disk, connections) asks for a number of them, the
// largest counts, spares come on top; of the machine types on offer the cheapest set wins and the others say why not.

import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type {
  MachineType,
  SizingAnswer,
  SizingLimit,
  SizingQuestion,
  TierOption,
  TierSizing,
} from '../../contracts/capacity-model/sizing.ts'
import { mapCases } from './cases.ts'
import { erlangC } from './mmc.ts'

/** Shares of a database host's memory and disk that data may take: the rest is connections, redo, temporary tables. */
export const POOL_SHARE_OF_MEMORY = 0.75
export const DATA_SHARE_OF_DISK = 0.7
/** A request may find its connection pool empty this rarely. */
const POOL_WAIT_PROBABILITY = 0.01

export function sizeForPeak(question: SizingQuestion): SizingAnswer {
  const connectionsInUse = mapCases((rate, held) => rate * held, question.peakRatePerSecond, question.connectionSeconds)
  const connectionsToAllow = mapCases(connectionsFor, connectionsInUse)
  const { peakRatePerSecond, targetUtilisation } = question
  const appCores = coresForPeak(peakRatePerSecond, question.appCpuSeconds, targetUtilisation)
  const databaseCores = coresForPeak(peakRatePerSecond, question.databaseCpuSeconds, targetUtilisation)
  const app = question.appMachines.map((machine) =>
    option(machine, question.spares, { cpu: mapCases((cores) => cores / machine.cores, appCores) }),
  )
  const database = question.databaseMachines.map((machine) =>
    option(machine, question.spares, {
      cpu: mapCases((cores) => cores / machine.cores, databaseCores),
      memory: mapCases((bytes) => bytes / (POOL_SHARE_OF_MEMORY * machine.memoryBytes), question.bufferPoolBytes),
      disk: mapCases((bytes) => bytes / (DATA_SHARE_OF_DISK * machine.diskBytes), question.dataBytes),
      connections: mapCases((count) => count / question.maxConnectionsPerHost, connectionsToAllow),
    }),
  )
  return { app: choose(app), database: choose(database), connectionsInUse, connectionsToAllow }
}

/** Cores that are busy for the target share of the peak: X·D ÷ utilisation. */
export function coresForPeak(peakRatePerSecond: Cases, cpuSeconds: Cases, targetUtilisation: number): Cases {
  return mapCases((rate, seconds) => (rate * seconds) / targetUtilisation, peakRatePerSecond, cpuSeconds)
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

function option(machine: MachineType, spares: number, asks: Partial<Record<SizingLimit, Cases>>): TierOption {
  const neededBy = Object.fromEntries(
    Object.entries(asks).map(([limit, share]) => [
      limit,
      mapCases((count) => Math.max(1, Math.ceil(count - 1e-9)), share),
    ]),
  ) as Partial<Record<SizingLimit, Cases>>
  const limits = Object.entries(neededBy) as readonly [SizingLimit, Cases][]
  const needed = mapCases(Math.max, ...limits.map(([, count]) => count))
  const count = mapCases((machines) => machines + spares, needed)
  const limitedBy = limits.find(([, each]) => each.mid === needed.mid)?.[0] ?? 'cpu'
  return {
    machine: machine.name,
    count,
    limitedBy,
    neededBy,
    cost: mapCases((machines) => machines * machine.cost, count),
  }
}

/** The cheapest in the mid case; of equals the one cheaper when things go badly, then fewer machines, then by name. */
function choose(options: readonly TierOption[]): TierSizing {
  const [chosen, ...others] = [...options].sort(
    (a, b) =>
      a.cost.mid - b.cost.mid ||
      a.cost.high - b.cost.high ||
      a.count.mid - b.count.mid ||
      (a.machine < b.machine ? -1 : 1),
  )
  if (chosen === undefined) throw new Error('no machine types to choose from')
  return { chosen, rejected: others.map((other) => ({ ...other, reason: whyNot(other, chosen) })) }
}

function whyNot(other: TierOption, chosen: TierOption): string {
  const asks = `${other.limitedBy} asks for ${other.count.mid} of ${other.machine}`
  if (other.cost.mid > chosen.cost.mid) {
    return `${asks}, costing ${other.cost.mid} against ${chosen.cost.mid} for ${chosen.count.mid} of ${chosen.machine}`
  }
  if (other.cost.high > chosen.cost.high) {
    return `${asks} at the same cost, but ${other.cost.high} against ${chosen.cost.high} in the high case`
  }
  return `${asks} at the same cost as ${chosen.count.mid} of ${chosen.machine}, which are no more machines to run`
}
