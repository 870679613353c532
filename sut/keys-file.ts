// Keys that are read again when their file changes, of tokens and of clients alike: one is added, used and retired without a
// restart, and so without a refused request.

import { readFileSync } from 'node:fs'
import { keyId } from './interface/token-keys.ts'
import type { Parts } from './part.ts'
import type { Logger } from './telemetry/logger.ts'
import { mistakeIn, parseTokenSecrets } from './token-secrets.ts'

/** By asking, not by events: those do not reach into every kind of mounted folder. */
const LOOK_EVERY_MS = 1_000

export interface ReplaceableKeys {
  readonly ids: readonly string[]
  replace(secrets: readonly string[]): void
}

export interface KeysInFile<K extends ReplaceableKeys> {
  /** For the log. */
  readonly whose: string
  readonly keys: K
  readonly file: string | undefined
  /** Those of the other interface, where they are known here: no secret may be among both. */
  readonly others?: ReplaceableKeys
}

/** Gives the keys themselves. */
export function liveKeys<K extends ReplaceableKeys>(
  { whose, keys, file, others }: KeysInFile<K>,
  { parts, logger }: { readonly parts: Parts; readonly logger: Logger },
): K {
  if (file === undefined) return keys
  // What it holds, not when it was written: a change since the secrets were read is seen as well. And what is said of it: the
  // other interface may have given up a secret meanwhile.
  let seen: string | undefined
  const look = () => {
    const held = contentOf(file)
    const secrets = parseTokenSecrets(held.text)
    const mistake = held.mistake ?? mistakeIn(secrets) ?? overlapOf(secrets, others)
    const told = `${mistake}\n${held.text}`
    if (told === seen) return
    seen = told
    if (mistake !== null) return logger.error({ whose, mistake }, 'the keys are left as they are')
    keys.replace(secrets)
    logger.info({ whose, keys: keys.ids }, 'keys read')
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

function overlapOf(secrets: readonly string[], others: ReplaceableKeys | undefined): string | null {
  const isShared = secrets.some((secret) => others?.ids.includes(keyId(secret)))
  return isShared ? 'it holds a secret of the other interface: users could sign as administrators' : null
}
