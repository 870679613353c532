// What a load is asked to be: on which target, by which profile and generators, and who hears of it.

import type { EngineProgram } from '../contracts/engines.ts'
import type { Profile, Step } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import type { Protection } from '../contracts/request-protection.ts'
import type { OpenArrivals } from '../contracts/schedule.ts'
import type { MysqlAddress } from '../contracts/shard-map.ts'
import { allShares } from '../contracts/share.ts'
import type { ConditionsOf } from './conditions.ts'
import type { GeneratorPlan } from './drive.ts'
import type { K6Extras } from './k6-extras.ts'
import type { LiveFigures } from './live-figures.ts'
import type { Load } from './load.ts'
import type { RungLoad } from './rung-load.ts'
import type { CountedTables } from './tables.ts'
import type { Target } from './target.ts'

export interface LoadRequest {
  /** By name: a flow, `mix`, or the flow of one's own. */
  readonly loads: readonly string[]
  /** A script of one's own among the loads, and its bundle. */
  readonly own?: Load
  readonly profile: Profile
  readonly arrivals: OpenArrivals
  /** Processes of k6 that offer the load together; one unless told otherwise. */
  readonly generators?: GeneratorPlan
  /** Outputs, tags and dashboard of k6. */
  readonly extras?: K6Extras
  /** Of requests to the app's interface; plain unless told otherwise. */
  readonly protection?: Protection
  /** Means what the profile makes of it: docs/load.md. */
  readonly ratePerSecond?: number
  readonly durationSeconds?: number
  /** What the ladder measures at a rung, in the place of the profile. */
  readonly rung?: RungLoad
  /** Rows that were counted before, and stay as they are but for what the load adds; absent: counted at the end. */
  readonly counted?: CountedTables
  /** For the searches of all loads together. */
  readonly budgetSeconds: number
  readonly target: Target
  /** null: not ours to look into. */
  readonly engines: ConditionsOf['engines']
  /** The monolith's database, when it is the monolith that is loaded: its orders count, and not the services'. */
  readonly legacyMysql?: MysqlAddress
  readonly k6: EngineProgram
  readonly plan: ResolvedPlan
  /** `runs/<id>`; its name is the run's. */
  readonly runDir: string
  /** What the user typed. */
  readonly command: string
  readonly signal: AbortSignal
  say(line: string): void
  /** After each step. */
  onStep?(step: Step): void
  /** Twice a second while k6 runs. */
  onLive?(figures: LiveFigures): void
}

const ONE_GENERATOR: GeneratorPlan = { shares: allShares(1), joint: null }

export function generatorsOf({ generators = ONE_GENERATOR }: Pick<LoadRequest, 'generators'>): GeneratorPlan {
  return generators
}
