// A question to an engine that may just be coming back: asked once a second until there is an answer, for a while.

import { setTimeout as sleep } from 'node:timers/promises'

const ASK_AGAIN_MS = 1000
/** A database that was killed is restarted within it, or not by itself. */
const COMES_BACK_WITHIN_MS = 30_000

/** Throws what the last try threw; or, after `limitMs`, that nobody answered. */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  limitMs: number,
  { askAgainMs = ASK_AGAIN_MS, comesBackWithinMs = COMES_BACK_WITHIN_MS } = {},
): Promise<T> {
  const beganAtMs = Date.now()
  const answered = new AbortController()
  // A connection that hangs, hangs for ever.
  const tooLong = sleep(limitMs, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer within ${limitMs / 1000} s`)
  })
  tooLong.catch(() => {})
  try {
    for (;;) {
      try {
        return await Promise.race([ask(), tooLong])
      } catch (error) {
        if (Date.now() + askAgainMs - beganAtMs > Math.min(limitMs, comesBackWithinMs)) throw error
        await sleep(askAgainMs)
      }
    }
  } finally {
    answered.abort()
  }
}
