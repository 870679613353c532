// `npm run switch -- set` and `finalise`, and the catalogue's own way: positions that move without a flip.

import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import type { Direction, Phase } from '../contracts/switches.ts'
import {
  changeSetting,
  judgeSetting,
  type SettingChange,
  type SettingJudged,
  type SettingOutcome,
} from '../sut/switches/change-setting.ts'
import { switchStatus } from '../sut/switches/switch-status.ts'
import { towards } from '../sut/switches/transitions.ts'
import type { CommandContext } from './run-command.ts'
import { BUSY, notBegun, print, responsible, type SwitchOptions, toolsOf } from './switch-asked.ts'
import { asRefused } from './switch-text.ts'
import type { OpenMigration } from './with-ledgers.ts'

export async function moveCatalogue(
  direction: Direction,
  migration: OpenMigration,
  options: SwitchOptions,
  context: CommandContext,
): Promise<ExitCode> {
  if (options.service?.some((service) => service !== 'catalogue')) {
    throw new Refusal({
      what: 'the catalogue moves by itself',
      why: ['--service named others beside it'],
      wayOut: 'Move them one after the other.',
    })
  }
  const { catalogue } = (await switchStatus(migration.ledgers)).services
  return await set({ catalogue: towards(direction)(catalogue) }, migration, options, context, catalogue)
}

/** `from`: of the catalogue, where that is what moves. */
export async function set(
  change: SettingChange,
  migration: OpenMigration,
  options: SwitchOptions,
  context: CommandContext,
  from?: Phase,
): Promise<ExitCode> {
  const { json, say } = context
  const outcome = options.dryRun
    ? await judgeSetting(change, migration.ledgers)
    : await changeSetting(change, responsible(options, context), toolsOf(migration, context))
  if (outcome.kind === 'not-begun') throw notBegun()
  const { epoch = 0, refused } = settingAnswer(outcome)
  if (json) print({ ...(from && { from, to: change.catalogue }), ...change, epoch, pausedMs: 0, refused })
  if (refused) say(`refused: ${refused.reason}\n  ${refused.wayOut}`)
  else if (options.dryRun) say('nothing stands in the way; nothing was changed')
  else for (const [name, value] of Object.entries(change)) say(`${name}: ${value}`)
  return refused ? EXIT_CODES.usage : EXIT_CODES.pass
}

function settingAnswer(outcome: SettingJudged | Exclude<SettingOutcome, { kind: 'not-begun' }>) {
  if (outcome.kind === 'busy') return { refused: { kind: 'busy', reason: BUSY, wayOut: 'Run the same command again.' } }
  const { epoch } = outcome.before
  return { epoch, refused: outcome.kind === 'refused' ? asRefused(outcome.refused) : null }
}
