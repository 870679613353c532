// How k6 shares a machine with the system it loads: a generator that waits its turn behind the system measures its own
// waiting. Which way is best is a question to the machine: npm run bench:sharing.

import { availableParallelism } from 'node:os'

export const GENERATOR_PLACES = ['priority', 'none', 'one-thread', 'own-core'] as const
export type GeneratorPlaceName = (typeof GENERATOR_PLACES)[number]

export interface GeneratorPlace {
  /** Before k6's own command line. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** In a sentence, for the report. */
  readonly text: string
}

/** Until an idle machine has shown a better one. */
export const USUAL_PLACE: GeneratorPlaceName = 'priority'

const NOTHING: GeneratorPlace = { words: [], environment: {}, text: 'k6 had no priority over the system it loads' }

/** Priority and affinity are Linux's; only root may ask for a better priority than others. */
export function generatorPlace(
  name: GeneratorPlaceName,
  { isLinux = process.platform === 'linux', isRoot = process.getuid?.() === 0, cores = availableParallelism() } = {},
): GeneratorPlace {
  if (name === 'one-thread') {
    return { ...NOTHING, environment: { GOMAXPROCS: '1' }, text: 'k6 ran its scripts on one thread at a time' }
  }
  if (name === 'priority' && isLinux && isRoot) {
    const text = 'k6 ran at nice -10: it does not wait its turn behind the system it loads'
    return { ...NOTHING, words: ['nice', '-n', '-10'], text }
  }
  if (name === 'own-core' && isLinux && cores > 1) {
    const text = `k6 ran on one of ${cores} cores, which the system could use as well`
    return { ...NOTHING, words: ['taskset', '-c', String(cores - 1)], text }
  }
  return NOTHING
}
