// Ctrl-C, SIGTERM and SIGHUP: the first asks to stop, a second one, a while later, forces.

import { EXIT_CODES } from '../contracts/refusal.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

// One Ctrl-C can arrive up to three times: from the terminal, from npm and from the bootstrap, all within milliseconds.
const SAME_SIGNAL_MS = 1000
// A command that does not look at its signal is left behind after this, so that clean-ups still run.
const GRACE_MS = 15_000

export interface Interrupt {
  readonly signal: AbortSignal
  /** The outcome of the work, or a rejection when the work has not ended within the grace after an interrupt. */
  orGiveUp<T>(work: Promise<T>): Promise<T>
}

export function onInterrupt(tell: (signalName: string) => void): Interrupt {
  const controller = new AbortController()
  let firstAtMs = 0
  for (const name of SIGNALS) {
    process.on(name, () => {
      const nowMs = Date.now()
      if (!controller.signal.aborted) {
        firstAtMs = nowMs
        tell(name)
        controller.abort(new Error(`interrupted by ${name}`))
      } else if (nowMs - firstAtMs > SAME_SIGNAL_MS) {
        // 'exit' listeners still run: engines/engine-process.ts kills there what must not outlive us.
        process.exit(EXIT_CODES.interrupted)
      }
    })
  }
  return { signal: controller.signal, orGiveUp: (work) => orGiveUp(work, controller.signal) }
}

async function orGiveUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const givenUp = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      timer = setTimeout(() => reject(signal.reason), GRACE_MS)
    })
  })
  try {
    return await Promise.race([work, givenUp])
  } finally {
    clearTimeout(timer)
  }
}
