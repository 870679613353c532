// What gives first: CPU per request and component, by the service demand law, at the highest usable step.

import type { BottleneckRow, FlowBottleneck, FlowCapacity } from '../contracts/capacity.ts'
import type { MeasuredResource, ResourceDemand } from '../contracts/capacity-model/queueing.ts'
import type { Measurements, Step } from '../contracts/measurement.ts'
import type { Flow } from '../contracts/plan.ts'
import { isRefused } from './capacity-model/refuse.ts'
import { answerDemand } from './capacity-model/service-demand.ts'
import { ms, percent, perSecond, plural } from './quantity.ts'

/** Everything the machine runs, the generator too: they share its cores. */
export const WHOLE_MACHINE = 'whole machine'

export function flowBottlenecks(measurements: Measurements, flows: readonly FlowCapacity[]): readonly FlowBottleneck[] {
  return flows.map((capacity) => flowBottleneck(capacity, measurements))
}

function flowBottleneck({ flow, measured }: FlowCapacity, measurements: Measurements): FlowBottleneck {
  if (measured === 'mix') return none(flow, 'measured only inside the mix: CPU cannot be told apart by flow')
  const step = highestUsable(measurements.steps.filter((candidate) => candidate.flow === flow))
  if (step === undefined) return none(flow, 'no valid step says how busy the components were')
  const resources = resourcesOf(step, measurements)
  const seconds = busySeconds(step)
  const completions = step.achievedPerSecond * seconds
  const answer = answerDemand({ seconds, completions, resources, targetUtilisation: {}, loadFactors: [] })
  if (isRefused(answer)) return none(flow, answer.refused.message)
  const rows = answer.demands.map((demand) => bottleneckRow(demand, resources)).toSorted(bySaturation)
  const first = rows.find(({ component }) => component === answer.bottleneck)
  return {
    flow,
    atOfferedPerSecond: step.offeredPerSecond,
    rows,
    givesFirst: answer.bottleneck,
    reason: first === undefined ? (answer.bottleneckReason ?? 'no component was busy') : reason(first, step),
  }
}

function none(flow: Flow, why: string): FlowBottleneck {
  return { flow, atOfferedPerSecond: null, rows: [], givesFirst: null, reason: why }
}

function highestUsable(steps: readonly Step[]): Step | undefined {
  return steps
    .filter(({ kind, valid, components }) => kind === 'measured' && valid && components.length > 0)
    .toSorted((a, b) => b.achievedPerSecond - a.achievedPerSecond)[0]
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
  return component === 'sut' || component.startsWith('sut:') ? Math.min(1, cores) : cores
}

function bottleneckRow(demand: ResourceDemand, resources: readonly MeasuredResource[]): BottleneckRow {
  const resource = resources.find(({ name }) => name === demand.name)
  return {
    component: demand.name,
    demandMs: demand.seconds * 1000,
    utilisation: resource?.busyFraction ?? 0,
    servers: resource?.servers ?? 1,
    saturatesAtPerSecond: demand.maxThroughput,
  }
}

function bySaturation(a: BottleneckRow, b: BottleneckRow): number {
  const never = Number.POSITIVE_INFINITY
  return (a.saturatesAtPerSecond ?? never) - (b.saturatesAtPerSecond ?? never)
}

function reason(first: BottleneckRow, step: Step): string {
  const full =
    first.saturatesAtPerSecond === null ? 'never full' : `full at about ${perSecond(first.saturatesAtPerSecond)}`
  return (
    `${first.component}, with ${ms(first.demandMs)} of CPU per request: ${percent(first.utilisation)} of ` +
    `${plural(first.servers, 'core')} at ${perSecond(step.achievedPerSecond)}, ${full}`
  )
}
