// `npm run switch`: where the migration stands, the next step and the way back.

import { Argument, InvalidArgumentError, Option } from 'commander'
import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import {
  type Direction,
  GATEWAY_POSITIONS,
  MIRROR_MODES,
  MONOLITH_POSITIONS,
  SERVICES,
  type Service,
} from '../contracts/switches.ts'
import { lookAtBoth } from '../sut/switches/look-at-both.ts'
import { judgeMove } from '../sut/switches/move-phase.ts'
import { switchStatus } from '../sut/switches/switch-status.ts'
import { neighbourOf, towards } from '../sut/switches/transitions.ts'
import { parsePercent, parsePerMille } from './option-parsers.ts'
import { pendingFlipIn } from './pending-flip.ts'
import { type CommandContext, runCommand } from './run-command.ts'
import { notBegun, print, type SwitchOptions } from './switch-asked.ts'
import { begin } from './switch-begin.ts'
import { asked, move } from './switch-move.ts'
import { moveCatalogue, set } from './switch-set.ts'
import { asRefused, auditLines, pendingText, statusLines } from './switch-text.ts'
import { type OpenMigration, withLedgers } from './with-ledgers.ts'

const ACTIONS = ['status', 'plan', 'begin', 'forward', 'back', 'set', 'finalise', 'history'] as const
type Action = (typeof ACTIONS)[number]

const HELP = `
Orders and payments go through legacy, phase1, phase2 and done, one phase at a
time, and back: docs/how-do-we-switch-over-and-back.md. The services of
npm run up -- --legacy follow within a second.

  status    phase, epoch, who is open, what the other store has not been told
  plan      both ways from here, and everything that stands in each
  begin     every old order gets an id; then the monolith's database decides
  forward   the next phase; writers wait for a moment, none of them fails
  back      the phase before
  set       positions that move without a flip: --mirror, --monolith,
            --gateway, --gray, --compare
  finalise  the end of the way back, once everything is done
  history   who changed what, when and why

A flip closes the old store, has the new one told of everything, compares, and
opens the new one last. If it cannot, writes go on where they were; if it is
killed, the services bring it to its end within seconds, and so does the same
command. Exit code 2: refused, or taken back; the reason says what to do.

Examples:
  npm run switch -- status
  npm run switch -- plan
  npm run switch -- forward --why 'all compared, 0 differences' --dry-run
  npm run switch -- back --why 'p99 of list doubled'
  npm run switch -- forward --service catalogue
  npm run switch -- set --mirror inline --why 'a measurement'
  npm run switch -- set --gateway interface-layer --gray 1 --why 'a few users'`

type Do = (migration: OpenMigration, options: SwitchOptions, context: CommandContext) => Promise<ExitCode>

const DO: Readonly<Record<Action, Do>> = {
  status: async ({ ledgers }, _, { json, say }) => {
    const status = await switchStatus(ledgers)
    if (json) print(status)
    else for (const line of statusLines(status)) say(line)
    return EXIT_CODES.pass
  },
  plan: async ({ ledgers }, options, { json, say }) => {
    const ways = await Promise.all(
      (['forward', 'back'] as const).map(async (direction) => {
        const judged = await judgeMove(ledgers, towards(direction), asked(options))
        if (!judged) throw notBegun()
        const { phase } = judged.state
        return { direction, from: phase, to: neighbourOf(phase, direction), refused: judged.refused.map(asRefused) }
      }),
    )
    const pending = pendingFlipIn((await lookAtBoth(ledgers)).seen, true)
    const before = pending && pendingText(pending)
    if (json) print({ ways, ...(before && { before }) })
    if (before) say(before)
    for (const { direction, from, to, refused } of ways) {
      if (to === null) continue
      say(`${direction}: ${from} → ${to}${refused.length === 0 ? ', nothing stands in the way' : ''}`)
      for (const { reason, wayOut } of refused) say(`  - ${reason}\n    ${wayOut}`)
    }
    return EXIT_CODES.pass
  },
  begin: async (migration, options, context) => {
    await begin(migration, options, context)
    return await DO.status(migration, options, context)
  },
  forward: (...asking) => towardsEnd('forward', ...asking),
  back: (...asking) => towardsEnd('back', ...asking),
  set: (migration, options, context) => {
    const { mirror, monolith, gateway, gray: grayPercent, compare: comparePerMille } = options
    const change = {
      ...(mirror && { mirror }),
      ...(monolith && { monolith }),
      ...(gateway && { gateway }),
      ...(grayPercent !== undefined && { grayPercent }),
      ...(comparePerMille !== undefined && { comparePerMille }),
    }
    if (Object.keys(change).length === 0) {
      throw new Refusal({
        what: 'nothing was set',
        why: ['set needs --mirror, --monolith, --gateway, --gray or --compare'],
        wayOut: 'For example:',
        command: 'npm run switch -- set --mirror batched',
      })
    }
    return set(change, migration, options, context)
  },
  finalise: (migration, options, context) => set({ isFinal: true }, migration, options, context),
  history: async ({ ledgers }, _, { json, say }) => {
    const { answers } = await lookAtBoth(ledgers)
    const found = (['legacy', 'sharded'] as const).filter((name) => answers[name])
    const entries = (await Promise.all(found.map((name) => ledgers[name].audit(100)))).flat()
    const once = [...new Map(entries.map((entry) => [entry.entryId, entry])).values()]
    const history = once.toSorted((one, other) => one.atMs - other.atMs)
    if (json) print({ history })
    else for (const line of auditLines(history)) say(line)
    return EXIT_CODES.pass
  },
}

await runCommand<SwitchOptions>(
  'switch',
  (program) =>
    program
      .description('Move the order system from the monolith to the sharded tables, step by step, and back.')
      .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
      .option('--why <text>', 'kept in the history beside your name')
      .option('--dry-run', 'only say whether it would be done; not of begin')
      .addOption(
        new Option('--service <name>', 'catalogue moves by itself; order and payment only together')
          .choices(SERVICES)
          .argParser((name, before: readonly Service[] = []) => [...before, serviceNamed(name)]),
      )
      .addOption(new Option('--mirror <mode>', 'who tells the other store').choices(MIRROR_MODES))
      .addOption(new Option('--monolith <position>', 'where the monolith writes').choices(MONOLITH_POSITIONS))
      .addOption(new Option('--gateway <position>', 'who is sent the old interfaces').choices(GATEWAY_POSITIONS))
      .option('--gray <percent>', 'of users whose old requests the interface layer answers', parsePercent)
      .option('--compare <n>', 'of 1000 reads, so many are read in both stores', parsePerMille)
      .option('--leave-parked', 'go without orders that the other store can never take')
      .option('--accept-loss', 'leave an authority behind that is gone for good')
      .addHelpText('after', HELP),
  async ({ options, positionals }, context) => {
    const [action] = positionals as [Action]
    return await withLedgers((migration) => DO[action](migration, options, context))
  },
)

function towardsEnd(direction: Direction, ...[migration, options, context]: Parameters<Do>): Promise<ExitCode> {
  const step = options.service?.includes('catalogue') ? moveCatalogue : move
  return step(direction, migration, options, context)
}

function serviceNamed(name: string): Service {
  const service = SERVICES.find((known) => known === name)
  if (!service) throw new InvalidArgumentError(`the services are ${SERVICES.join(', ')}`)
  return service
}
