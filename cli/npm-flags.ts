// npm 11 and older keep flags they see before `--` for themselves: `npm run seed --years 3` hands the script only the
// word `3`, and npm_config_years=true in the environment; `--years=3` hands no word and npm_config_years=3. They are put
// together again here. npm's own settings arrive under the same names and are no words to us (npm-settings.ts).

import type { Command, Option } from 'commander'
import { Refusal } from '../contracts/refusal.ts'
import { type SettingOrigin, settingOrigin } from './npm-settings.ts'
import { typedCommand } from './typed-command.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Flags that say how much or how long; those that remove, write or send somewhere else count only after `--`. */
const TAKEN_FROM_NPM = new Set([
  '--years',
  '--scale',
  '--time-budget',
  '--full-shard',
  '--seed',
  '--shards',
  '--plan',
  '--profile',
  '--rate',
  '--p99',
  '--error-rate',
  '--duration',
  '--seed-seconds',
  '--load-seconds',
  '--orders',
  '--repeats',
  '--shard',
  '--rungs',
  '--flows',
  '--budget',
  '--dry-run',
  '--json',
])

export interface MeantWords {
  readonly words: readonly string[]
  /** For people: what came from npm, and what of npm's was left alone. */
  readonly notes: readonly string[]
}

interface Kept {
  readonly option: Option
  readonly flag: string
  readonly value: string
  readonly origin: SettingOrigin
}

/** The words the user meant. Refuses what npm swallowed and cannot be told for sure. */
export function withNpmFlags(
  name: string,
  argv: readonly string[],
  env: Environment,
  program: Command,
  originOf: typeof settingOrigin = settingOrigin,
): MeantWords {
  if (env.npm_lifecycle_event !== name) return { words: argv, notes: [] }
  const kept = program.options.flatMap((option) => keptFlag(option, argv, env, originOf))
  const given = kept.filter(({ flag, origin }) => isMeant(flag, origin))
  if (given.length === 0) return { words: argv, notes: kept.map(unusedNote) }
  const words = putTogether(name, argv, given, program)
  const command = typedCommand(name, words)
  const late = given.filter(({ flag }) => !TAKEN_FROM_NPM.has(flag)).map(({ flag }) => flag)
  if (late.length > 0) throw onlyAfterDashes(late, command)
  const notes = [
    ...given.map(usedNote),
    `npm 12 and newer want:\n  ${command}`,
    ...kept.filter((flag) => !given.includes(flag)).map(unusedNote),
  ]
  return { words, notes }
}

function keptFlag(option: Option, argv: readonly string[], env: Environment, originOf: typeof settingOrigin): Kept[] {
  const flag = option.long
  if (!flag || argv.some((word) => word === flag || word.startsWith(`${flag}=`))) return []
  const name = environmentName(flag)
  const value = env[name] ?? ''
  // npm says '' for a switch that is off, and 'true' for one that is on.
  if (value === '' || (!takesValue(option) && value !== 'true')) return []
  return [{ option, flag, value, origin: originOf(name, env) }]
}

function isMeant(flag: string, { kind }: SettingOrigin): boolean {
  return kind === 'command line' || (kind === 'unknown' && TAKEN_FROM_NPM.has(flag))
}

function putTogether(name: string, argv: readonly string[], given: readonly Kept[], program: Command): string[] {
  const isValueless = ({ option, value }: Kept) => takesValue(option) && value === 'true'
  const wanting = given.filter(isValueless)
  const valueless = wanting.map(({ flag }) => flag)
  const complete = given
    .filter((kept) => !isValueless(kept))
    .map(({ option, flag, value }) => (takesValue(option) ? `${flag}=${value}` : flag))
  if (valueless.length === 0) return [...complete, ...argv]

  const [flag] = valueless
  const candidates = argv.map((_, index) => index).filter((index) => mayBeFlagValue(argv, index, program))
  const [index] = candidates
  if (valueless.length === 1 && flag && index !== undefined && candidates.length === 1) {
    return [...complete, ...argv.slice(0, index), ...argv.slice(index + 1), `${flag}=${argv[index]}`]
  }
  throw ambiguous(name, argv, complete, wanting, candidates)
}

function takesValue(option: Option): boolean {
  return option.required || option.optional
}

function environmentName(flag: string): string {
  return `npm_config_${flag.replace(/^--/, '').replaceAll('-', '_')}`
}

/** A bare word that no declared argument claims: not the flow of `npm run load checkout --rate 50`. */
function mayBeFlagValue(argv: readonly string[], index: number, program: Command): boolean {
  const word = argv[index] ?? ''
  // No flag takes a script; `npm run load ./my-flow.ts` does.
  if (word.startsWith('--') || /\.[cm]?[jt]s$/.test(word)) return false
  const before = program.options.find(({ long }) => long === argv[index - 1])
  if (before && takesValue(before)) return false
  return !program.registeredArguments.some((argument) => argument.argChoices?.includes(word))
}

function usedNote({ flag, origin }: Kept): string {
  const from = origin.kind === 'command line' ? "npm's part of this command line" : "npm's command line or environment"
  return `${flag} is taken from ${from} (${environmentName(flag)})`
}

function unusedNote({ flag, value, origin }: Kept): string {
  const place = origin.kind === 'settings' ? `\n  (it is set in ${origin.place})` : ''
  return `npm's own ${flag.slice(2)}=${value} is not ${flag} here: that counts only after --${place}`
}

function onlyAfterDashes(flags: readonly string[], command: string): Refusal {
  const one = flags.length === 1
  return new Refusal({
    what: `${flags.join(' and ')} ${one ? 'counts' : 'count'} only after --`,
    why: [
      `npm kept ${one ? 'it' : 'them'} as ${one ? 'a setting' : 'settings'} of its own; what removes, writes or sends somewhere else is never taken from those`,
    ],
    wayOut: 'Put -- before the flags:',
    command,
  })
}

function ambiguous(
  name: string,
  argv: readonly string[],
  complete: readonly string[],
  wanting: readonly Kept[],
  candidates: readonly number[],
): Refusal {
  const values = candidates.map((index) => argv[index] ?? '')
  const fixed = argv.filter((_, index) => !candidates.includes(index))
  const valueless = wanting.map(({ flag }) => flag)
  const fitting = firstOrderThatFits(wanting, values)
  const flags = valueless.flatMap((flag, at) => [flag, fitting?.[at] ?? 'VALUE'])
  return new Refusal({
    what: `npm kept ${valueless.join(' and ')} for itself, and the values cannot be told apart`,
    why: [
      values.length === 0
        ? 'no value reached the command'
        : `${values.join(', ')} reached the command without the ${values.length === 1 ? 'flag it belongs' : 'flags they belong'} to`,
    ],
    wayOut: 'Put -- before the flags and check their values:',
    command: typedCommand(name, [...fixed, ...complete, ...flags]),
  })
}

/** npm does not say which value stood behind which flag: as they came, unless a flag does not take what it would get. */
function firstOrderThatFits(wanting: readonly Kept[], values: readonly string[]): readonly string[] | null {
  if (values.length !== wanting.length || values.length > MOST_TO_ORDER) return null
  const fits = (order: readonly string[]) => wanting.every(({ option }, at) => takes(option, order[at] ?? ''))
  return ordersOf(values).find(fits) ?? null
}

const MOST_TO_ORDER = 5

function ordersOf(values: readonly string[]): readonly (readonly string[])[] {
  if (values.length < 2) return [values]
  return values.flatMap((first, at) =>
    ordersOf([...values.slice(0, at), ...values.slice(at + 1)]).map((rest) => [first, ...rest]),
  )
}

function takes(option: Option, value: string): boolean {
  const isUrl = /^[a-z]+:\/\//i.test(value)
  if (isUrl || /<url>/.test(option.flags)) return isUrl && /<url>/.test(option.flags)
  if (option.parseArg === undefined) return true
  try {
    // The parsers of a declared command note a mistake instead of throwing it; this one ends in a refusal anyway.
    return option.parseArg(value, undefined) !== undefined
  } catch {
    return false
  }
}
