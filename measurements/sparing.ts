// A target elsewhere that answers wrongly to most of what it is asked is left alone: a load must not keep a system down.

import { type JournalEntry, OUTCOME_OK } from '../contracts/journal.ts'

export const LOOK_BACK_MS = 5000
const FEWEST_REQUESTS = 50
const WRONG_SHARE = 0.5

/** Why the load ends here; null: it may go on. */
export function reasonToSpare(entries: readonly JournalEntry[], elapsedMs: number): string | null {
  const recent = entries.filter(({ dueMs }) => dueMs > elapsedMs - LOOK_BACK_MS)
  const wrong = recent.filter(({ outcome }) => outcome !== OUTCOME_OK).length
  if (recent.length < FEWEST_REQUESTS || wrong < WRONG_SHARE * recent.length) return null
  return `ended to spare the target: ${wrong} of the last ${recent.length} requests failed`
}
