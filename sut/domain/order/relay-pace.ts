// The pace of a relay follows its work: at once when a round was full, PACE_MS while there is some, doubling up to IDLE_MS when
// there is none; who takes nothing is left alone for a growing while.

import { backOffMs, Rounds, type RoundsOptions } from '../../rounds.ts'

const PACE_MS = 250
const IDLE_MS = 1_000

export interface Round {
  readonly events: number
  /** Of them: who is told takes nothing at all. */
  readonly left: number
  /** Why, where they are left. */
  readonly reason?: string | undefined
  readonly isFull: boolean
}

/** In ms, after a rest of `lastMs`. */
export function restAfter(lastMs: number, { events, isFull }: Pick<Round, 'events' | 'isFull'>): number {
  if (isFull) return 0
  return events > 0 ? PACE_MS : Math.min(Math.max(lastMs * 2, PACE_MS), IDLE_MS)
}

export interface RelayRoundsOptions extends Pick<RoundsOptions, 'failing' | 'recovered' | 'logger'> {
  /** Rejects when nobody can be told, or who has something to tell is silent. */
  readonly round: () => Promise<Round>
}

export function relayRounds({ round, ...options }: RelayRoundsOptions): Rounds {
  let restMs = 0
  return new Rounds({
    round: async () => {
      const { events, left, reason, isFull } = await round()
      if (left > 0) throw new Error(`${left} of ${events} are left: ${reason}`)
      restMs = restAfter(restMs, { events, isFull })
      return restMs
    },
    restMs: (failures) => backOffMs(PACE_MS, failures),
    ...options,
  })
}
