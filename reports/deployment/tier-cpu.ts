// What the peak second costs a tier in CPU: Σ rate × demand over the flows (utilisation law), with the interval of each.

import type { BottleneckRow } from '../../contracts/capacity.ts'
import type { Interval } from '../../contracts/plan.ts'
import { propagate } from '../../contracts/uncertainty.ts'
import { compact, ms, plural } from '../quantity.ts'
import type { PeakPart } from '../sizing/peak-parts.ts'
import type { Known, Peak } from './peak.ts'

export interface CpuOfPeak {
  /** Cores of the deployment that are busy, all hosts together. */
  readonly cores: Interval
  readonly basis: string
}

export interface TierComponents {
  readonly name: string
  readonly isOf: (component: string) => boolean
  /** How often a request of a part costs what it was measured to cost; left out: once. */
  readonly times?: (part: PeakPart) => number
}

interface Term {
  readonly perSecond: number
  readonly cpuSeconds: Interval
}

export function cpuOfPeak(
  { name, isOf, times = () => 1 }: TierComponents,
  cpuSpeed: Interval,
  peak: Peak,
): Known<CpuOfPeak> {
  const components = peak.components.filter(isOf)
  if (components.length === 0) return { unknown: `the CPU of ${name} was not observed` }
  if (peak.missing.length > 0) return { unknown: `what ${peak.missing.join(', ')} costs was not measured` }
  const terms: Term[] = []
  for (const component of components) {
    const rows = peak.parts.map(({ rows }) => rows.find((row) => row.component === component))
    // A slope held at zero has no interval of its own; where no slope has one, there were too few windows.
    if (!rows.some((row) => row !== undefined && row.demandSpreadMs !== null)) return tooFew(component, peak)
    for (const [at, row] of rows.entries()) {
      const part = peak.parts[at]
      if (row === undefined || part === undefined || row.demandMs === 0) continue
      if (row.demandSpreadMs === null) return tooFew(component, peak)
      terms.push({ perSecond: part.peakPerSecond.mid * times(part), cpuSeconds: inSeconds(row, row.demandSpreadMs) })
    }
  }
  const cores = propagate([peak.scale, cpuSpeed, ...terms.map(({ cpuSeconds }) => cpuSeconds)], (values) => {
    const [scale = 1, speed = 1, ...each] = values
    return (scale * terms.reduce((sum, { perSecond }, at) => sum + perSecond * (each[at] ?? 0), 0)) / speed
  })
  const perRequest = (1000 * cores.mid * cpuSpeed.mid) / peak.perSecond
  return {
    cores,
    basis: `${compact(peak.perSecond)} requests/s in the peak second, ${ms(perRequest)} of CPU of ${name} each on the test machine (${plural(peak.windows, 'window')})`,
  }
}

function inSeconds(
  { demandMs }: BottleneckRow,
  { low, high }: { readonly low: number; readonly high: number },
): Interval {
  return { low: low / 1000, mid: demandMs / 1000, high: high / 1000 }
}

function tooFew(component: string, { windows }: Peak): { readonly unknown: string } {
  return { unknown: `${plural(windows, 'window')} are too few to tell what a request costs ${component}` }
}
