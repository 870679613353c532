// CPU per request and component by the service demand law, at the highest usable step of one flow or of the mix; and how
// far it moves between steps.

import type { BottleneckRow } from '../contracts/capacity.ts'
import type { MeasuredResource, ResourceDemand } from '../contracts/capacity-model/queueing.ts'
import type { Measurements, Step } from '../contracts/measurement.ts'
import { isRefused } from './capacity-model/refuse.ts'
import { answerDemand } from './capacity-model/service-demand.ts'

/** Everything the machine runs, the generator too: they share its cores. */
export const WHOLE_MACHINE = 'whole machine'

/** Below this share of the highest rate, work that no request asked for weighs too much in the figure per request. */
const COMPARABLE_SHARE = 0.5

export interface ComponentDemand {
  readonly step: Step
  /** What is full at the lowest rate first. */
  readonly rows: readonly BottleneckRow[]
  readonly givesFirst: string | null
  /** Why nothing gives first. */
  readonly idleReason: string
}

/** A reason in place of figures where no step has them. */
export function componentDemand(steps: readonly Step[], measurements: Measurements): ComponentDemand | string {
  const usable = steps
    .filter(({ kind, valid, components }) => kind === 'measured' && valid && components.length > 0)
    .toSorted((a, b) => b.achievedPerSecond - a.achievedPerSecond)
  const [highest] = usable
  if (highest === undefined) return 'no valid step says how busy the components were'
  const resources = resourcesOf(highest, measurements)
  const answer = demandAt(highest, resources)
  if (isRefused(answer)) return answer.refused.message
  const comparable = usable.filter(
    ({ achievedPerSecond }) => achievedPerSecond >= COMPARABLE_SHARE * highest.achievedPerSecond,
  )
  const spread = comparable.flatMap((step) => {
    const each = demandAt(step, resourcesOf(step, measurements))
    return isRefused(each) ? [] : each.demands
  })
  return {
    step: highest,
    rows: answer.demands.map((demand) => bottleneckRow(demand, resources, spread)).toSorted(bySaturation),
    givesFirst: answer.bottleneck,
    idleReason: answer.bottleneckReason ?? 'no component was busy',
  }
}

function demandAt(step: Step, resources: readonly MeasuredResource[]) {
  const seconds = busySeconds(step)
  const completions = step.achievedPerSecond * seconds
  return answerDemand({ seconds, completions, resources, targetUtilisation: {}, loadFactors: [] })
}

/** CPU is counted after the part of the step that was discarded. */
function busySeconds(step: Step): number {
  return step.durationSeconds - (step.discardedSeconds ?? 0)
}

function resourcesOf(step: Step, { conditions }: Measurements): readonly MeasuredResource[] {
  const { cores } = conditions.host
  const busy = (cpuSeconds: number, servers: number) => cpuSeconds / (busySeconds(step) * servers)
  const components = step.components.map(({ name, cpuSeconds }) => {
    const servers = usableCores(name, cores)
    return { name, servers, busyFraction: busy(cpuSeconds, servers) }
  })
  const cpuSeconds = step.components.reduce((sum, component) => sum + component.cpuSeconds, 0)
  const machine = { name: WHOLE_MACHINE, servers: cores, busyFraction: busy(cpuSeconds, cores) }
  return conditions.sharedMachine ? [...components, machine] : components
}

/** A service of ours runs its JavaScript on one thread; the engines, nginx and k6 use every core. */
function usableCores(component: string, cores: number): number {
  return isService(component) ? Math.min(1, cores) : cores
}

export function isService(component: string): boolean {
  return component === 'sut' || component.startsWith('sut:')
}

function bottleneckRow(
  demand: ResourceDemand,
  resources: readonly MeasuredResource[],
  spread: readonly ResourceDemand[],
): BottleneckRow {
  const resource = resources.find(({ name }) => name === demand.name)
  const seen = spread.filter(({ name }) => name === demand.name).map(({ seconds }) => seconds * 1000)
  return {
    component: demand.name,
    demandMs: demand.seconds * 1000,
    demandSpreadMs: { low: Math.min(...seen), high: Math.max(...seen) },
    utilisation: resource?.busyFraction ?? 0,
    servers: resource?.servers ?? 1,
    saturatesAtPerSecond: demand.maxThroughput,
  }
}

function bySaturation(a: BottleneckRow, b: BottleneckRow): number {
  const never = Number.POSITIVE_INFINITY
  return (a.saturatesAtPerSecond ?? never) - (b.saturatesAtPerSecond ?? never)
}
