// Keys that are read again when their file changes, of tokens and of clients alike: one is added, used and retired without a
// restart, and so without a refused request.

import { readFileSync } from 'node:fs'
import type { Parts } from './part.ts'
import type { Logger } from './telemetry/logger.ts'
import { mistakeIn, parseTokenSecrets, type TokenSecrets } from './token-secrets.ts'

/** By asking, not by events: those do not reach into every kind of mounted folder. */
const LOOK_EVERY_MS = 1_000

export interface ReplaceableKeys {
  readonly ids: readonly string[]
  replace(secrets: readonly string[]): void
}

/** `whose`: for the log. Gives the keys themselves. */
export function liveKeys<K extends ReplaceableKeys>(
  whose: string,
  keys: K,
  { file }: Pick<TokenSecrets, 'file'>,
  { parts, logger }: { readonly parts: Parts; readonly logger: Logger },
): K {
  if (file === undefined) return keys
  // What it holds, not when it was written: a change since the secrets were read is seen as well.
  let seen: string | undefined
  const look = () => {
    const held = contentOf(file)
    if (held.text === seen) return
    seen = held.text
    const mistake = held.mistake ?? replaceWith(held.text, keys)
    if (mistake === null) logger.info({ whose, keys: keys.ids }, 'keys read')
    else logger.error({ whose, mistake }, 'the keys are left as they are')
  }
  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  parts.add({ stop: () => clearInterval(timer) })
  return keys
}

function contentOf(file: string): { readonly text: string; readonly mistake: string | null } {
  try {
    return { text: readFileSync(file, 'utf8'), mistake: null }
  } catch (error) {
    const mistake = `it cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`
    return { text: mistake, mistake }
  }
}

/** null: done. A file that is cut short locks nobody out. */
function replaceWith(text: string, keys: ReplaceableKeys): string | null {
  const secrets = parseTokenSecrets(text)
  const mistake = mistakeIn(secrets)
  if (mistake === null) keys.replace(secrets)
  return mistake
}
