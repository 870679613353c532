// The live keys of an interface, read again when their file changes: a key is added, used and retired without a restart, and
// so without a refused request.

import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Audience } from './interface/token.ts'
import { TokenKeys } from './interface/token-keys.ts'
import type { Parts } from './part.ts'
import type { Logger } from './telemetry/logger.ts'
import { mistakeIn, parseTokenSecrets, type TokenSecrets } from './token-secrets.ts'

/** By asking, not by events: those do not reach into every kind of mounted folder. */
const LOOK_EVERY_MS = 1_000

export function liveTokenKeys(
  audience: Audience,
  { secrets, file }: TokenSecrets,
  { parts, logger }: { readonly parts: Parts; readonly logger: Logger },
): TokenKeys {
  const keys = new TokenKeys(secrets)
  if (file === undefined) return keys
  const readAgain = () => {
    const mistake = replaceFrom(file, keys)
    if (mistake === null) logger.info({ audience, keys: keys.ids }, 'token keys read')
    else logger.error({ audience, mistake }, 'the token keys are left as they are')
  }
  watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, readAgain)
  parts.add({ stop: () => unwatchFile(file, readAgain) })
  return keys
}

/** null: done. A file that is missing or cut short locks nobody out. */
function replaceFrom(file: string, keys: TokenKeys): string | null {
  try {
    const secrets = parseTokenSecrets(readFileSync(file, 'utf8'))
    const mistake = mistakeIn(secrets)
    if (mistake === null) keys.replace(secrets)
    return mistake
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`
  }
}
