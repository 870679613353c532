// Work that may be repeated is, while a database is busy or away for a moment: a long job does not end because of one lock.

import { setTimeout as sleep } from 'node:timers/promises'
import { isSilence } from '../switches/look-at-both.ts'

const MAX_TRIES = 8
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isSilence(error) || tries >= MAX_TRIES) throw error
    }
    await sleep(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS), undefined, { signal })
  }
}
