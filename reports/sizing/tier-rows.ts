// A production setup for the peak second, tier by tier: application nodes, MySQL hosts, connections, cores of the rest.

import type { SizingRow } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { RejectedOption, SizingAnswer, TierOption } from '../../contracts/capacity-model/sizing.ts'
import type { Plan } from '../../contracts/plan.ts'
import { coresForPeak, sizeForPeak } from '../capacity-model/sizing.ts'
import { isDatabase, isService } from '../component-costs.ts'
import { compact, exact, ms, percent, perSecond, plural, significant } from '../quantity.ts'
import { APPLICATION_NODES, DATABASE_HOSTS } from './machine-types.ts'
import type { PeakStream } from './peak-stream.ts'
import { sizingRow, wholeUnits } from './sizing-row.ts'

/** Machines per tier that may be down in the peak second. */
const SPARES = 1
const MAX_CONNECTIONS_PER_HOST = 1000

export interface Stored {
  readonly dataBytes: Cases
  readonly poolBytes: Cases
}

export function tierRows(plan: Plan, stream: PeakStream, stored: Stored): readonly SizingRow[] {
  const busyAtMost = 1 / (1 + plan.headroom)
  return [...machineTiers(stream, stored, busyAtMost), ...coreRows(stream, busyAtMost)]
}

function machineTiers(stream: PeakStream, stored: Stored, busyAtMost: number): readonly SizingRow[] {
  const { peakPerSecond, serviceSeconds, components } = stream
  if (serviceSeconds === null || !components.some(isDatabase)) return []
  const appCpuSeconds = stream.cpuSeconds(components.filter(isApplication))
  const databaseCpuSeconds = stream.cpuSeconds(components.filter(isDatabase))
  const held = Math.max(serviceSeconds, databaseCpuSeconds.low)
  const answer = sizeForPeak({
    peakRatePerSecond: peakPerSecond,
    appCpuSeconds,
    databaseCpuSeconds,
    connectionSeconds: { low: databaseCpuSeconds.low, mid: held, high: held },
    dataBytes: stored.dataBytes,
    bufferPoolBytes: stored.poolBytes,
    targetUtilisation: busyAtMost,
    spares: SPARES,
    maxConnectionsPerHost: MAX_CONNECTIONS_PER_HOST,
    appMachines: APPLICATION_NODES,
    databaseMachines: DATABASE_HOSTS,
  })
  const rate = perSecond(peakPerSecond.mid)
  const perRequest = (cpuSeconds: Cases) =>
    `${rate} × ${ms(cpuSeconds.mid * 1000)} of CPU a request ÷ ${percent(busyAtMost)} busy at most`
  return [
    tierRow(answer.app, {
      what: 'Application nodes (services and gateway)',
      unit: 'nodes',
      rule: `${answer.app.chosen.machine}: ${perRequest(appCpuSeconds)}, ${stream.basis}; ${plural(SPARES, 'spare')} in it`,
    }),
    tierRow(answer.database, {
      what: 'MySQL hosts, one copy of the data',
      unit: 'hosts',
      rule: `${answer.database.chosen.machine}: ${limitsText(answer.database.chosen)}; CPU is ${perRequest(databaseCpuSeconds)}; ${plural(SPARES, 'spare')} in it, replicas are not`,
    }),
    sizingRow(answer.connectionsToAllow, {
      group: 'tiers',
      what: 'Connections to MySQL, all hosts',
      unit: 'connections',
      provenance: 'extrapolated',
      rule: `${rate} × ${ms(held * 1000)} (a request's whole service time at the operating point, an upper bound; low: MySQL's own CPU time) are ${compact(answer.connectionsInUse.mid)} in use; with this many, one request in a hundred waits (Erlang C)`,
    }),
  ]
}

function isApplication(component: string): boolean {
  return isService(component) || component === 'nginx'
}

function tierRow({ chosen, rejected }: SizingAnswer['app'], row: Pick<SizingRow, 'what' | 'unit' | 'rule'>): SizingRow {
  return sizingRow(chosen.count, {
    ...row,
    group: 'tiers',
    provenance: 'extrapolated',
    rejected: rejected.map(({ reason }: RejectedOption) => `${reason} (costs in cores)`),
  })
}

function limitsText({ neededBy }: TierOption): string {
  const asks = Object.entries(neededBy).map(([limit, { mid }]) => `${limit} asks for ${exact(mid)}`)
  return asks.join(', ').replace('cpu', 'CPU')
}

/** Service demand law, component by component: what the tiers above are made of, and what stands beside them. */
function coreRows(stream: PeakStream, busyAtMost: number): readonly SizingRow[] {
  return stream.components
    .map((component) => {
      const cpuSeconds = stream.cpuSeconds([component])
      return sizingRow(wholeUnits(coresForPeak(stream.peakPerSecond, cpuSeconds, busyAtMost)), {
        group: 'tiers',
        what: `CPU cores of ${component}`,
        unit: 'cores',
        provenance: 'extrapolated',
        rule: `peak rate × ${ms(cpuSeconds.mid * 1000)} of CPU a request (${spreadText(cpuSeconds)}) ÷ ${percent(busyAtMost)} busy at most; ${stream.basis}`,
      })
    })
    .toSorted((a, b) => b.mid - a.mid)
}

/** Where the windows left nothing to judge by, the three are one: that is no certainty. */
function spreadText({ low, high }: Cases): string {
  return low === high ? 'spread unknown' : `${significant(low * 1000)} to ${ms(high * 1000)} with 95 %`
}
