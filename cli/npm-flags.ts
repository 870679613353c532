// npm keeps flags it sees before `--` for itself: `npm run seed --years 3` hands the script only the word `3`, and
// npm_config_years=true in the environment; `--years=3` hands no word and npm_config_years=3. Put them back together.

import type { Command, Option } from 'commander'
import { Refusal } from '../contracts/refusal.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The words the user meant. Refuses where the order npm lost cannot be recovered. */
export function withNpmFlags(name: string, argv: readonly string[], env: Environment, program: Command): string[] {
  if (env.npm_lifecycle_event !== name) return [...argv]
  const taken = program.options.flatMap((option) => {
    const value = option.long && !isGiven(option.long, argv) ? env[environmentName(option.long)] : undefined
    return value === undefined ? [] : [{ option, flag: option.long as string, value }]
  })
  const complete = taken.flatMap(({ option, flag, value }) => completeWord(option, flag, value))
  const valueless = taken.filter(({ option, value }) => takesValue(option) && value === 'true').map(({ flag }) => flag)
  if (valueless.length === 0) return [...complete, ...argv]

  const [flag] = valueless
  const candidates = argv.map((_, index) => index).filter((index) => mayBeFlagValue(argv, index, program))
  const [index] = candidates
  if (valueless.length === 1 && flag && index !== undefined && candidates.length === 1) {
    return [...complete, ...argv.slice(0, index), ...argv.slice(index + 1), `${flag}=${argv[index]}`]
  }
  throw ambiguous(name, argv, valueless, candidates)
}

function completeWord(option: Option, flag: string, value: string): string[] {
  if (takesValue(option)) return value === 'true' ? [] : [`${flag}=${value}`]
  return value === 'true' ? [flag] : []
}

function takesValue(option: Option): boolean {
  return option.required || option.optional
}

function environmentName(flag: string): string {
  return `npm_config_${flag.replace(/^--/, '').replaceAll('-', '_')}`
}

function isGiven(flag: string, argv: readonly string[]): boolean {
  return argv.some((word) => word === flag || word.startsWith(`${flag}=`))
}

/** A bare word that no declared argument claims: not the flow of `npm run load checkout --rate 50`. */
function mayBeFlagValue(argv: readonly string[], index: number, program: Command): boolean {
  const word = argv[index] ?? ''
  if (word.startsWith('--')) return false
  const before = program.options.find(({ long }) => long === argv[index - 1])
  if (before && takesValue(before)) return false
  return !program.registeredArguments.some((argument) => argument.argChoices?.includes(word))
}

function ambiguous(
  name: string,
  argv: readonly string[],
  valueless: readonly string[],
  candidates: readonly number[],
): Refusal {
  const values = candidates.map((index) => argv[index])
  const fixed = argv.filter((_, index) => !candidates.includes(index))
  const fits = values.length === valueless.length
  const flags = valueless.map((flag, at) => `${flag} ${fits ? values[at] : 'VALUE'}`)
  return new Refusal({
    what: `npm kept ${valueless.join(' and ')} for itself, and the values cannot be told apart`,
    why: [
      values.length === 0
        ? 'no value reached the command'
        : `${values.join(', ')} reached the command without the flag each belongs to`,
    ],
    wayOut: `Put -- before the flags and check their values: npm run ${name} -- ${[...fixed, ...flags].join(' ')}`,
  })
}
