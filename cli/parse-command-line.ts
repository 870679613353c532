// Words after the command → options and arguments, with every mistake reported at once (commander stops at the first).

import { type Argument, Command, InvalidArgumentError, type Option } from 'commander'
import { Refusal } from '../contracts/refusal.ts'
import { nearest } from '../plan/nearest-word.ts'
import { withNpmFlags } from './npm-flags.ts'
import { typedCommand } from './typed-command.ts'

export type ParsedCommandLine =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'run'
      readonly options: Record<string, unknown>
      readonly positionals: readonly unknown[]
      readonly words: readonly string[]
      /** What came from npm, for people. */
      readonly notes: readonly string[]
    }

type Describe = (program: Command) => void

const reportUnknownOption = (Command.prototype as unknown as { unknownOption(flag: string): void }).unknownOption

/** Collects mistakes where commander would print the first and exit. */
class PatientCommand extends Command {
  readonly mistakes: string[] = []
  readonly #unknownOptions = new Set<string>()

  override error(message: string, { code }: { code?: string } = {}): never {
    const text = message.replace(/^error: /, '').replace('\n', ' ')
    if (code === 'commander.unknownOption') this.#unknownOption(text)
    else if (code === 'commander.missingArgument') this.mistakes.push(this.#missingArgument(text))
    else if (code !== 'commander.excessArguments') this.mistakes.push(text)
    // The value of an unknown option is also counted as an argument too many.
    else if (this.#unknownOptions.size === 0) this.#surplus(this.args)
    return undefined as never
  }

  /** commander's own, which its types leave out. */
  unknownOption(flag: string): void {
    this.#unknownOptions.add(flag)
    reportUnknownOption.call(this, flag)
  }

  /** commander has reported the word, and counts it as an argument as well. */
  isUnknownOption(word: string): boolean {
    return this.#unknownOptions.has(word)
  }

  /** Its parser made nothing of a word and did not say why: no command runs without a required argument. */
  noteLostArgument(): void {
    if (this.mistakes.length > 0) return
    this.registeredArguments.forEach((argument, at) => {
      if (!argument.required || this.processedArgs[at] !== undefined) return
      this.mistakes.push(`${argument.name()} ${this.args[at]}: not understood`)
    })
  }

  /** commander calls this for the first one only, and with a hint. */
  #unknownOption(text: string): void {
    this.mistakes.push(text)
    if (this.#unknownOptions.size > 1) return
    const isFlag = (word: string | undefined) => word !== undefined && /^--?[a-z]/i.test(word)
    const takesNext = (word: string | undefined) => isFlag(word) && !word?.includes('=')
    const others = this.args.filter((word) => isFlag(word) && !this.isUnknownOption(word))
    for (const word of others) this.unknownOption(word)
    this.#surplus(this.args.filter((word, at) => !isFlag(word) && !takesNext(this.args[at - 1])))
  }

  #surplus(operands: readonly string[]): void {
    if (this.registeredArguments.some(({ variadic }) => variadic)) return
    const surplus = operands.slice(this.registeredArguments.length)
    if (surplus.length > 0) this.mistakes.push(`too much: ${surplus.map((word) => `'${word}'`).join(', ')}`)
  }

  #missingArgument(text: string): string {
    const missing = this.registeredArguments.find(({ required }, at) => required && this.args[at] === undefined)
    return missing?.argChoices ? `which ${missing.name()}? ${missing.argChoices.join(', ')}` : text
  }
}

/** A command as commander sees it; `--json` is declared here for all. */
export function declareCommand(name: string, describe: Describe): PatientCommand {
  const program = new PatientCommand(`${typedCommand(name, [])} --`)
  describe(program)
  if (!program.options.some(({ long }) => long === '--json')) {
    program.option('--json', 'print one JSON document on stdout, everything else on stderr')
  }
  program.exitOverride().action(() => {})
  for (const declared of [...program.options, ...program.registeredArguments]) collectParserMistakes(program, declared)
  return program
}

export function parseCommandLine(
  name: string,
  describe: Describe,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedCommandLine {
  const program = declareCommand(name, describe)
  const { words, notes } = withNpmFlags(name, argv, env, program)
  try {
    program.parse([...words], { from: 'user' })
  } catch (error) {
    if ((error as { code?: string }).code === 'commander.helpDisplayed') return { kind: 'help' }
    throw error
  }
  program.noteLostArgument()
  if (program.mistakes.length > 0) {
    throw new Refusal({
      what: 'these words do not make sense',
      why: program.mistakes,
      wayOut: 'What it understands:',
      command: typedCommand(name, ['--help']),
    })
  }
  return { kind: 'run', options: program.opts(), positionals: program.processedArgs, words, notes }
}

function collectParserMistakes(program: PatientCommand, declared: Option | Argument): void {
  const parse = declared.parseArg as ((value: string, previous: unknown) => unknown) | undefined
  if (!parse) return
  const label = 'flags' in declared ? (declared.long ?? declared.flags) : declared.name()
  const collecting = (value: string, previous: unknown) => {
    // Its absence is reported by commander, and an unknown option in its place as that.
    if (value === undefined || (!('flags' in declared) && program.isUnknownOption(value))) return undefined
    try {
      return parse(value, previous)
    } catch (error) {
      if (error instanceof InvalidArgumentError) {
        program.mistakes.push(`${label} ${value}: ${error.message}${hint(value, declared)}`)
      } else if (error instanceof Refusal)
        program.mistakes.push(...error.why.map((reason) => `${label} ${value}: ${reason}`))
      else throw error
      return undefined
    }
  }
  declared.parseArg = collecting as Option['parseArg']
}

function hint(value: string, { argChoices }: Option | Argument): string {
  const meant = nearest(value, argChoices ?? [])
  return meant === null ? '' : ` (Did you mean ${meant}?)`
}
