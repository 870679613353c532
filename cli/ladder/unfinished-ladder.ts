// The ladder that a command continues: the newest unfinished one of the same question, or the one that --run names.

import { resolve } from 'node:path'
import type { Ladder, LadderAsked } from '../../contracts/ladder.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { isSameAsked } from '../../measurements/ladder/ladder-pieces.ts'
import { readLadder, unfinishedRun } from './ladder-file.ts'

export interface UnfinishedLadder {
  readonly runDir: string
  readonly ladder: Ladder
}

/** `poolShare`: a plan's deployment is in no hash, and gives the second pool its size. */
export interface AskedOfPlan {
  readonly asked: LadderAsked
  readonly poolShare: number
}

/** null: there is none. Refuses a folder that holds another ladder. */
export async function unfinishedLadder(
  { run, reset }: { readonly run?: string; readonly reset?: true },
  { asked, poolShare }: AskedOfPlan,
  runsDir: string,
): Promise<UnfinishedLadder | null> {
  const isSame = (ladder: Ladder) => isSameAsked(ladder.asked, asked) && ladder.planPool.share === poolShare
  const unfinished = reset ? undefined : await unfinishedRun(runsDir, isSame)
  const runDir = run === undefined ? unfinished : resolve(run)
  const ladder = runDir === undefined ? null : await readLadder(runDir)
  if (runDir === undefined || ladder === null) return null
  if (isSame(ladder) && !ladder.finished) return { runDir, ladder }
  throw otherLadder(runDir, ladder)
}

function otherLadder(runDir: string, { finished, asked }: Ladder): Refusal {
  return new Refusal({
    what: `${runDir} holds another ladder`,
    why: [
      finished
        ? 'it is finished'
        : `it was asked for rungs ${asked.rungs.join(', ')}, shard ${asked.shard}, ${asked.flows.join(', ')}, or with another plan`,
    ],
    wayOut: 'Ask for the same to continue it, or leave --run out.',
  })
}
