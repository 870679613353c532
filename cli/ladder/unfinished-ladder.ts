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

/** null: there is none. Refuses a folder that holds another ladder. */
export async function unfinishedLadder(
  { run, reset }: { readonly run?: string; readonly reset?: true },
  asked: LadderAsked,
  runsDir: string,
): Promise<UnfinishedLadder | null> {
  const unfinished = reset ? undefined : await unfinishedRun(runsDir, asked)
  const runDir = run === undefined ? unfinished : resolve(run)
  const ladder = runDir === undefined ? null : await readLadder(runDir)
  if (runDir === undefined || ladder === null) return null
  if (isSameAsked(ladder.asked, asked) && !ladder.finished) return { runDir, ladder }
  throw otherLadder(runDir, ladder)
}

function otherLadder(runDir: string, { finished, asked }: Ladder): Refusal {
  return new Refusal({
    what: `${runDir} holds another ladder`,
    why: [
      finished
        ? 'it is finished'
        : `it was asked for rungs ${asked.rungs.join(', ')}, shard ${asked.shard}, ${asked.flows.join(', ')}`,
    ],
    wayOut: 'Ask for the same to continue it, or leave --run out.',
  })
}
