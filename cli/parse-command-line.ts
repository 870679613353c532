// Words after the command → options and arguments, with every mistake reported at once (commander stops at the first).

import { type Argument, Command, InvalidArgumentError, type Option } from 'commander'
import { Refusal } from '../contracts/refusal.ts'
import { withNpmFlags } from './npm-flags.ts'

export type ParsedCommandLine =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'run'
      readonly options: Record<string, unknown>
      readonly positionals: readonly unknown[]
      readonly words: readonly string[]
    }

/** Collects mistakes where commander would print the first and exit. */
class PatientCommand extends Command {
  readonly mistakes: string[] = []
  #sawUnknownOption = false

  override error(message: string, { code }: { code?: string } = {}): never {
    const text = message.replace(/^error: /, '')
    if (code === 'commander.unknownOption') {
      this.#sawUnknownOption = true
      const others = this.args.filter((word) => /^--?[a-z]/i.test(word) && !text.includes(`'${word}'`))
      this.mistakes.push(text, ...others.map((word) => `unknown option '${word}'`))
    } else if (code !== 'commander.excessArguments' || !this.#sawUnknownOption) {
      // The value of an unknown option is also counted as an argument too many: one message is enough.
      this.mistakes.push(text)
    }
    return undefined as never
  }
}

/** The command that starts this again: what was meant, not what npm left of it. */
export function typedCommand(name: string, words: readonly string[]): string {
  const command = name === 'start' ? 'npm start' : `npm run ${name}`
  return words.length === 0 ? command : `${command} -- ${words.map(shellQuoted).join(' ')}`
}

function shellQuoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export function parseCommandLine(
  name: string,
  describe: (program: Command) => void,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedCommandLine {
  const program = new PatientCommand(`npm run ${name} --`)
  describe(program)
  if (!program.options.some(({ long }) => long === '--json')) {
    program.option('--json', 'print one JSON document on stdout, everything else on stderr')
  }
  program.exitOverride().action(() => {})
  for (const declared of [...program.options, ...program.registeredArguments]) collectParserMistakes(program, declared)

  const words = withNpmFlags(name, argv, env, program)
  try {
    program.parse([...words], { from: 'user' })
  } catch (error) {
    if ((error as { code?: string }).code === 'commander.helpDisplayed') return { kind: 'help' }
    if ((error as { code?: string }).code === 'commander.version') return { kind: 'help' }
    throw error
  }
  if (program.mistakes.length > 0) {
    throw new Refusal({
      what: 'these words do not make sense',
      why: program.mistakes,
      wayOut: `npm run ${name} -- --help shows what does.`,
    })
  }
  return { kind: 'run', options: program.opts(), positionals: program.processedArgs, words }
}

function collectParserMistakes(program: PatientCommand, declared: Option | Argument): void {
  const parse = declared.parseArg as ((value: string, previous: unknown) => unknown) | undefined
  if (!parse) return
  const label = 'flags' in declared ? (declared.long ?? declared.flags) : declared.name()
  const collecting = (value: string, previous: unknown) => {
    if (value === undefined) return undefined // its absence is reported by commander
    try {
      return parse(value, previous)
    } catch (error) {
      if (error instanceof InvalidArgumentError) program.mistakes.push(`${label} ${value}: ${error.message}`)
      else if (error instanceof Refusal)
        program.mistakes.push(...error.why.map((reason) => `${label} ${value}: ${reason}`))
      else throw error
      return undefined
    }
  }
  declared.parseArg = collecting as Option['parseArg']
}
