// What the peak second asks of each component, all hosts together: cores, connections to MySQL. How many hosts that is, the
// deployment says (reports/deployment/).

import type { SizingRow } from '../../contracts/capacity.ts'
import type { Cases } from '../../contracts/capacity-model/interval.ts'
import type { Plan } from '../../contracts/plan.ts'
import { connectionsForPeak, coresForPeak } from '../capacity-model/sizing.ts'
import { isDatabase } from '../component-costs.ts'
import { compact, ms, percent, perSecond, significant } from '../quantity.ts'
import type { PeakStream } from './peak-stream.ts'
import { sizingRow, wholeUnits } from './sizing-row.ts'

export function tierRows(plan: Plan, stream: PeakStream): readonly SizingRow[] {
  return [...coreRows(stream, 1 / (1 + plan.headroom)), ...connectionRows(stream)]
}

function connectionRows({ peakPerSecond, serviceSeconds, components, cpuSeconds }: PeakStream): readonly SizingRow[] {
  if (serviceSeconds === null || !components.some(isDatabase)) return []
  const busy = cpuSeconds(components.filter(isDatabase))
  const held = Math.max(serviceSeconds, busy.low)
  const { inUse, toAllow } = connectionsForPeak(peakPerSecond, { low: busy.low, mid: held, high: held })
  return [
    sizingRow(toAllow, {
      group: 'tiers',
      what: 'Connections to MySQL, all hosts',
      unit: 'connections',
      basis: 'extrapolated',
      rule: `${perSecond(peakPerSecond.mid)} × ${ms(held * 1000)} (a request's whole service time at the operating point, an upper bound; low: MySQL's own CPU time) are ${compact(inUse.mid)} in use; with this many, one request in a hundred waits (Erlang C)`,
    }),
  ]
}

/** Service demand law, component by component. */
function coreRows(stream: PeakStream, busyAtMost: number): readonly SizingRow[] {
  return stream.components
    .map((component) => {
      const cpuSeconds = stream.cpuSeconds([component])
      return sizingRow(wholeUnits(coresForPeak(stream.peakPerSecond, cpuSeconds, busyAtMost)), {
        group: 'tiers',
        what: `CPU cores of ${component}`,
        unit: 'cores',
        basis: 'extrapolated',
        rule: `peak rate × ${ms(cpuSeconds.mid * 1000)} of CPU a request (${spreadText(cpuSeconds)}) ÷ ${percent(busyAtMost)} busy at most; ${stream.basis}`,
      })
    })
    .toSorted((a, b) => b.mid - a.mid)
}

/** Where the windows left nothing to judge by, the three are one: that is no certainty. */
function spreadText({ low, high }: Cases): string {
  return low === high ? 'spread unknown' : `${significant(low * 1000)} to ${ms(high * 1000)} with 95 %`
}
