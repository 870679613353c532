// Where a setting that npm hands to a script comes from. npm puts them all into the environment under the same names,
// those of this command line and those that were there before it: rc files, and the environment npm was started in.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHECKOUT } from '../engines/place.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type SettingOrigin =
  | { readonly kind: 'command line' }
  | { readonly kind: 'settings'; readonly place: string }
  /** It was on the command line or in npm's environment: this system does not tell which. */
  | { readonly kind: 'unknown' }

/** `name` as in the environment: npm_config_dry_run. */
export function settingOrigin(name: string, env: Environment): SettingOrigin {
  const value = env[name] ?? ''
  const file = rcFiles(env).find((path) => isSame(rcSettings(path, env).get(name), value))
  if (file !== undefined) return { kind: 'settings', place: file }
  const before = environmentOfNpm(env.npm_lifecycle_event ?? '')
  if (before === undefined) return { kind: 'unknown' }
  const isOlder = before.some((entry) => entry.toLowerCase() === `${name}=${value}`.toLowerCase())
  return isOlder ? { kind: 'settings', place: 'the environment' } : { kind: 'command line' }
}

/** npm leaves the names of these two as they were given, in capitals or not. */
function rcFiles(env: Environment): string[] {
  const named = Object.entries(env).filter(([name]) => /^npm_config_(user|global)config$/i.test(name))
  return [join(CHECKOUT, '.npmrc'), ...named.flatMap(([, path]) => path || [])]
}

/** npm hands its switches on as `true` or as nothing, however they were written. */
const WRITTEN_FOR: ReadonlyMap<string, readonly string[]> = new Map([
  ['true', ['1', 'yes', 'on']],
  ['', ['false', 'null']],
])

function isSame(inFile: string | undefined, handed: string): boolean {
  return inFile !== undefined && (inFile === handed || WRITTEN_FOR.get(handed)?.includes(inFile) === true)
}

/** npm's ini lines as environment names and values, `${NAME}` filled in; a key alone is true. */
function rcSettings(path: string, env: Environment): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const line of textOf(path)?.split('\n') ?? []) {
    const [, key, value = 'true'] = /^\s*([^\s=;#[][^=]*?)\s*(?:=\s*(.*?)\s*)?$/.exec(line) ?? []
    if (!key) continue
    const name = `npm_config_${unquoted(key).replaceAll('-', '_').toLowerCase()}`
    settings.set(
      name,
      unquoted(value).replace(/\$\{(\w+)\}/g, (whole, variable) => env[variable] ?? whole),
    )
  }
  return settings
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2')
}

/** What npm was started with: of the ancestors, the nearest that does not run this script. Linux alone shows it. */
function environmentOfNpm(script: string): readonly string[] | undefined {
  for (let pid = process.ppid; pid > 1; ) {
    const entries = textOf(`/proc/${pid}/environ`)?.split('\0')
    if (entries === undefined) return undefined
    if (!entries.includes(`npm_lifecycle_event=${script}`)) return entries
    pid = Number(/^PPid:\s*(\d+)/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1] ?? 0)
  }
  return undefined
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
