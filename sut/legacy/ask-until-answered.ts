// Old apps know no "still being worked on": who submits a page a second time waits for the answer to the first.

import { setTimeout as sleep } from 'node:timers/promises'
import { SutError } from '../errors.ts'
import { type CallContext, remainingMs } from '../telemetry/call-context.ts'

const PAUSE_MS = 20

export async function askUntilAnswered<T>(ask: () => Promise<T>, context: CallContext): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof SutError && error.code === 'idempotency-key-in-flight')) throw error
      await sleep(Math.min(PAUSE_MS, remainingMs(context)))
    }
  }
}
