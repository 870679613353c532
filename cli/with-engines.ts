// Engines for one command: those that run already, or started for it and stopped at its end.

import type { Engines } from '../contracts/engines.ts'
import { startEngines } from '../engines/start-engines.ts'
import type { CommandContext } from './run-command.ts'

export async function withEngines<T>(
  { signal, say, onCleanup }: Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>,
  use: (engines: Engines) => Promise<T>,
): Promise<T> {
  const engines = await startEngines({ keep: false, signal, say })
  // Also when the command is interrupted: `stop` does nothing the second time.
  onCleanup(engines.stop)
  try {
    return await use(engines)
  } finally {
    await engines.stop()
  }
}
