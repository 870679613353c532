// What a search sees of a hold, block by block and flow by flow, while it runs and after.

import { BLOCK_SECONDS } from '../contracts/measurement.ts'
import { type DriveSoFar, environmentOf, targetsOf } from './cut-step.ts'
import { sharesOf } from './load.ts'
import type { LoadRun } from './load-run.ts'
import type { Block, FlowBlock } from './search/hold.ts'
import { blocksOf, lateClustersOf } from './window-figures.ts'

const BLOCK_MS = BLOCK_SECONDS * 1000
/** Of the requests due in a block: fewer may be missing because whoever is refused does not go on. */
const MOST = 0.5

/** `count` blocks from a moment on. Each must have ended so long ago that what is still under way in it is late. */
export function searchBlocks(
  { load, context }: Pick<LoadRun, 'load' | 'context'>,
  { entries, startedAtMs, dueTimesMs }: Pick<DriveSoFar, 'entries' | 'startedAtMs' | 'dueTimesMs'>,
  fromMs: number,
  count: number,
): readonly Block[] {
  const { plan, observer, arrivals, generators } = context
  const targets = targetsOf(plan)
  const window = { fromMs, toMs: fromMs + count * BLOCK_MS }
  const flows = Object.entries(sharesOf(load)).map(([flow, share]) => {
    const own = entries.filter((entry) => entry.flow === flow)
    const targetMs = targets[flow]?.p99Ms ?? null
    return { flow, share, blocks: blocksOf(own, window, targetMs), clusters: lateClustersOf(own, window, targetMs) }
  })
  return Array.from({ length: count }, (_, at) => {
    const part = { fromMs: fromMs + at * BLOCK_MS, toMs: fromMs + (at + 1) * BLOCK_MS }
    const due = dueTimesMs.filter((dueMs) => dueMs >= part.fromMs && dueMs < part.toMs).length
    const ended = flows.reduce((sum, { blocks }) => sum + (blocks[at]?.iterations ?? 0), 0)
    const underWay = due - ended > MOST * due ? due - ended : 0
    const inside = entries.filter(({ dueMs }) => dueMs >= part.fromMs && dueMs < part.toMs)
    const drive = {
      request: { load, arrivals },
      entries: inside,
      startedAtMs,
      shares: generators.shares,
      dueTimesMs: [],
    }
    return {
      flows: Object.fromEntries(
        flows.map(({ flow, share, blocks, clusters }): [string, FlowBlock] => {
          const { iterations, overTarget, errors } = blocks[at] ?? { iterations: 0, overTarget: 0, errors: 0 }
          const late = Math.round(underWay * share)
          const counts = { answered: iterations + late, overTarget: overTarget + late, errors }
          return [flow, { ...counts, clusters: clusters[at] ?? 0 }]
        }),
      ),
      invalid: environmentOf(drive, part, plan, observer).map(({ code }) => code),
    }
  })
}
