// Brings flips to their end that were left half way. Runs in every process that takes writes: a flip that dies must not leave
// both stores closed until a person comes. What is under way when it is stopped is finished by the next process.

import { Rounds } from '../rounds.ts'
import type { Logger } from '../telemetry/logger.ts'
import { resumeFlip } from './flip.ts'
import type { FlipTools } from './flip-run.ts'
import { noteEverywhere } from './move-phase.ts'

const PACE_MS = 1_000

export function flipRescue(tools: FlipTools, logger: Logger): Rounds {
  return new Rounds({
    round: async () => {
      const course = await resumeFlip(tools)
      if (course) {
        logger.warn({ course }, 'a flip that was left half way is at its end')
        const why = 'its owner did not renew the claim'
        await noteEverywhere(tools.ledgers, { who: 'a process', why, what: 'resumed', detail: { ...course } })
      }
      return PACE_MS
    },
    restMs: () => PACE_MS,
    failing: 'a flip that was left half way is not at its end yet',
    logger,
  })
}
