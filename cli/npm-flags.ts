// npm 11 and older keep flags they see before `--` for themselves: `npm run seed --years 3` hands the script only the
// word `3`, and npm_config_years=true in the environment; `--years=3` hands no word and npm_config_years=3,
// `--no-studies` an empty npm_config_studies. They are put together again here. npm's own settings arrive under the same
// names and are no words to us (npm-settings.ts).

import { type Command, InvalidArgumentError, type Option } from 'commander'
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
  /** null: npm kept the flag alone. */
  readonly value: string | null
  /** What npm makes of it: `years=3`, `challenge=false`. */
  readonly setting: string
  readonly origin: SettingOrigin
}

type SetAlready = Kept & { readonly origin: Extract<SettingOrigin, { readonly kind: 'settings' }> }

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
  const given = kept.filter((one) => isMeant(one) || mayBeRehearsal(one))
  if (given.length === 0) return { words: argv, notes: kept.map(unusedNote) }
  const words = putTogether(name, argv, given, program)
  const command = typedCommand(name, words)
  const rehearsal = given.find(mayBeRehearsal)
  if (rehearsal) throw rehearsalOrNot(rehearsal, command)
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
  const name = environmentName(option, flag)
  const handed = env[name]
  // npm says '' for a switch that is off, --no-… included, and 'true' for one that is on or has lost its value.
  const isAlone = handed === (option.negate ? '' : 'true')
  if (!isAlone && (!handed || option.negate || !takesValue(option))) return []
  const setting = `${settingName(option, flag)}=${handed || 'false'}`
  return [{ option, flag, value: isAlone ? null : (handed ?? null), setting, origin: originOf(name, env) }]
}

function isMeant({ flag, origin: { kind } }: Kept): boolean {
  return kind === 'command line' || (kind === 'unknown' && TAKEN_FROM_NPM.has(flag))
}

/** Where it is set already npm hands it on alike, typed or not; left alone, what was typed would be done for real. */
function mayBeRehearsal(kept: Kept): kept is SetAlready {
  return kept.flag === '--dry-run' && kept.origin.kind === 'settings'
}

function putTogether(name: string, argv: readonly string[], given: readonly Kept[], program: Command): string[] {
  const alone = given.filter(({ option, value }) => value === null && takesValue(option))
  const complete = given.filter((kept) => !alone.includes(kept)).map(completeFlag)
  const candidates = argv.map((_, index) => index).filter((index) => mayBeFlagValue(argv, index, program))
  const wanting = wantingValues(alone, candidates.length)
  // Behind the words: the next one would be taken for a value that may be left out.
  const bare = alone.filter((kept) => !wanting.includes(kept)).map(({ flag }) => flag)
  if (wanting.length === 0) return [...complete, ...argv, ...bare]

  const [kept] = wanting
  const [index] = candidates
  if (wanting.length === 1 && kept && index !== undefined && candidates.length === 1) {
    const others = [...argv.slice(0, index), ...argv.slice(index + 1)]
    return [...complete, ...others, `${kept.flag}=${argv[index]}`, ...bare]
  }
  throw ambiguous(name, argv, complete, alone, candidates)
}

function completeFlag({ flag, value }: Kept): string {
  return value === null ? flag : `${flag}=${value}`
}

/** Of the flags that npm kept alone: where there are fewer values, those that need none go without. */
function wantingValues(alone: readonly Kept[], values: number): readonly Kept[] {
  return values < alone.length ? alone.filter(({ option }) => option.required) : alone
}

function takesValue(option: Option): boolean {
  return option.required || option.optional
}

/** npm takes the `no-` for itself: --no-studies is its `studies`, off. */
function settingName({ negate }: Option, flag: string): string {
  return flag.slice(negate ? '--no-'.length : '--'.length)
}

function environmentName(option: Option, flag: string): string {
  return `npm_config_${settingName(option, flag).replaceAll('-', '_')}`
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

function usedNote({ option, flag, origin }: Kept): string {
  const from = origin.kind === 'command line' ? "npm's part of this command line" : "npm's command line or environment"
  return `${flag} is taken from ${from} (${environmentName(option, flag)})`
}

function unusedNote({ flag, setting, origin }: Kept): string {
  const place = origin.kind === 'settings' ? `\n  (it is set in ${origin.place})` : ''
  return `npm's own ${setting} is not ${flag} here: that counts only after --${place}`
}

function rehearsalOrNot({ flag, setting, origin }: SetAlready, command: string): Refusal {
  return new Refusal({
    what: `is ${flag} meant, or only npm's own ${setting}?`,
    why: [`it is set in ${origin.place}, and npm hands it on alike, typed or not`],
    wayOut: 'To do it, put --no-dry-run before --, where npm takes it. Only to see what would be done:',
    command,
  })
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
  alone: readonly Kept[],
  candidates: readonly number[],
): Refusal {
  const values = candidates.map((index) => argv[index] ?? '')
  const fixed = argv.filter((_, index) => !candidates.includes(index))
  const wanting = wantingValues(alone, values.length)
  const fitting = firstOrderThatFits(wanting, values)
  const flags = alone.flatMap((kept) => {
    const at = wanting.indexOf(kept)
    return at < 0 ? [kept.flag] : [kept.flag, fitting?.[at] ?? 'VALUE']
  })
  return new Refusal({
    what: `npm kept ${alone.map(({ flag }) => flag).join(' and ')} for itself, and the values cannot be told apart`,
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
    return option.parseArg(value, option.defaultValue) !== undefined
  } catch (error) {
    if (error instanceof InvalidArgumentError || error instanceof Refusal) return false
    throw error
  }
}
