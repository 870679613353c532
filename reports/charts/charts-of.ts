// Every chart of a report, and where it belongs.

import type { Capacity, FlowCurve } from '../../contracts/capacity.ts'
import type { Chart } from './chart.ts'
import { concurrencyFitChart } from './concurrency-fit.ts'
import { latencyChart } from './latency.ts'
import { rowsPerTableChart } from './rows-per-table.ts'
import { serviceDemandChart } from './service-demand.ts'
import { tableGrowthChart } from './table-growth.ts'
import { throughputChart } from './throughput.ts'

export interface Charts {
  readonly tables: readonly Chart[]
  readonly flows: ReadonlyMap<string, readonly Chart[]>
  /** null: no step had CPU figures. */
  readonly demand: Chart | null
  readonly all: readonly Chart[]
}

export function chartsOf({ tables, flows, ownFlows, bottlenecks }: Capacity): Charts {
  const tableCharts = tables === null ? [] : [rowsPerTableChart(tables), tableGrowthChart(tables)]
  const flowCharts = new Map([...flows, ...ownFlows].map((flow) => [flow.flow, chartsOfFlow(flow)]))
  const demand = bottlenecks.some(({ rows }) => rows.length > 0) ? serviceDemandChart(bottlenecks) : null
  const all = [...tableCharts, ...[...flowCharts.values()].flat(), ...(demand === null ? [] : [demand])]
  return { tables: tableCharts, flows: flowCharts, demand, all }
}

function chartsOfFlow(flow: FlowCurve): readonly Chart[] {
  const fit = flow.fit === null ? [] : [concurrencyFitChart(flow, flow.fit)]
  return [throughputChart(flow), latencyChart(flow), ...fit]
}
