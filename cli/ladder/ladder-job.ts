// What a ladder is run with: the same for every piece of it.

import type { SeedVolume } from '../../contracts/dataset.ts'
import type { LadderAsked } from '../../contracts/ladder.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import type { Shard } from '../../contracts/shard.ts'
import type { CommandContext } from '../run-command.ts'
import type { LadderSystem } from './ladder-system.ts'
import type { PredictRung } from './predict-rung.ts'

export interface LadderJob {
  readonly asked: LadderAsked
  readonly resolved: ResolvedPlan
  readonly volume: SeedVolume
  readonly shard: Shard
  readonly runDir: string
  /** What was typed. */
  readonly command: string
  readonly predict: PredictRung
  readonly system: LadderSystem
  readonly context: Pick<CommandContext, 'signal' | 'say'>
}
