// Every chart of a report, and where it belongs.

import type { Capacity, FlowCurve } from '../../contracts/capacity.ts'
import type { Ladder } from '../../contracts/ladder.ts'
import type { Chart } from './chart.ts'
import { concurrencyFitChart } from './concurrency-fit.ts'
import { latencyChart } from './latency.ts'
import { poolMissesChart } from './pool-misses.ts'
import { rowsLatencyChart } from './rows-latency.ts'
import { rowsPerTableChart } from './rows-per-table.ts'
import { rowsRateChart } from './rows-rate.ts'
import { serviceDemandChart } from './service-demand.ts'
import { tableGrowthChart } from './table-growth.ts'
import { throughputChart } from './throughput.ts'

export interface LadderCharts {
  readonly flows: ReadonlyMap<string, readonly Chart[]>
  readonly misses: Chart
}

export interface Charts {
  readonly tables: readonly Chart[]
  readonly flows: ReadonlyMap<string, readonly Chart[]>
  /** null: no step had CPU figures. */
  readonly demand: Chart | null
  /** Of a ladder: two per flow, and the misses of all of them. */
  readonly ladder: LadderCharts | null
  readonly all: readonly Chart[]
}

export function chartsOf({ tables, flows, ownFlows, bottlenecks, ladder: measured }: Capacity): Charts {
  const tableCharts = tables === null ? [] : [rowsPerTableChart(tables), tableGrowthChart(tables)]
  const flowCharts = new Map([...flows, ...ownFlows].map((flow) => [flow.flow, chartsOfFlow(flow)]))
  const demand = bottlenecks.some(({ rows }) => rows.length > 0) ? serviceDemandChart(bottlenecks) : null
  const ladder = measured === null || measured.rungs.length === 0 ? null : ladderCharts(measured)
  const all = [
    ...(ladder === null ? [] : [...[...ladder.flows.values()].flat(), ladder.misses]),
    ...tableCharts,
    ...[...flowCharts.values()].flat(),
    ...(demand === null ? [] : [demand]),
  ]
  return { tables: tableCharts, flows: flowCharts, demand, ladder, all }
}

function ladderCharts(ladder: Ladder): LadderCharts {
  const flows = new Map(
    ladder.asked.flows.map((flow) => [flow, [rowsLatencyChart(ladder, flow), rowsRateChart(ladder, flow)]]),
  )
  return { flows, misses: poolMissesChart(ladder) }
}

function chartsOfFlow(flow: FlowCurve): readonly Chart[] {
  const fit = flow.fit === null ? [] : [concurrencyFitChart(flow, flow.fit)]
  return [throughputChart(flow), latencyChart(flow), ...fit]
}
