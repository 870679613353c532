// On a busy machine one question to Redis is answered too late now and then: it is asked again.

import { vi } from 'vitest'

/** The first answer that was not too late. What must be new each time is made anew by `ask`. */
export function inTime<T>(ask: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(ask, { timeout: 20_000 })
}
