// Is one JSON document wanted on stdout? Known before the words are parsed, as what is refused may be the words.

import { settingOrigin } from './npm-settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

export function asksForJson(
  name: string,
  words: readonly string[],
  env: Environment,
  originOf: typeof settingOrigin = settingOrigin,
): boolean {
  if (words.includes('--json')) return true
  // npm 11 keeps the flag for itself, and hands its own setting of that name on in the same way.
  if (env.npm_lifecycle_event !== name || env.npm_config_json !== 'true') return false
  return originOf('npm_config_json', env).kind !== 'settings'
}
