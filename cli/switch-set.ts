// `npm run switch -- set` and `finalise`, and the catalogue's own way: positions that move without a flip.

import { EXIT_CODES, type ExitCode, Refusal } from '../contracts/refusal.ts'
import type { Phase } from '../contracts/switches.ts'
import { changeSetting, type SettingChange, type SettingOutcome } from '../sut/switches/change-setting.ts'
import type { Ledgers } from '../sut/switches/store-ledger.ts'
import { switchStatus } from '../sut/switches/switch-status.ts'
import type { CommandContext } from './run-command.ts'
import { BUSY, notBegun, print, responsible, type SwitchOptions, toolsOf } from './switch-asked.ts'
import { type Direction, towards } from './switch-move.ts'
import { asRefused } from './switch-text.ts'

export async function moveCatalogue(
  direction: Direction,
  ledgers: Ledgers,
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
  const { catalogue } = (await switchStatus(ledgers)).services
  return await set({ catalogue: towards(direction)(catalogue) }, ledgers, options, context, catalogue)
}

/** `from`: of the catalogue, where that is what moves. */
export async function set(
  change: SettingChange,
  ledgers: Ledgers,
  options: SwitchOptions,
  context: CommandContext,
  from?: Phase,
): Promise<ExitCode> {
  const { json, say } = context
  if (options.dryRun) {
    throw new Refusal({
      what: 'there is no --dry-run of this',
      why: ['it changes no authority, and can be changed back'],
      wayOut: 'Leave --dry-run out.',
    })
  }
  const outcome = await changeSetting(change, responsible(options, context), toolsOf(ledgers, context))
  if (outcome.kind === 'not-begun') throw notBegun()
  const { epoch = 0, refused } = settingAnswer(outcome)
  if (json) print({ ...(from && { from, to: change.catalogue }), ...change, epoch, pausedMs: 0, refused })
  if (refused) say(`refused: ${refused.reason}\n  ${refused.wayOut}`)
  else for (const [name, value] of Object.entries(change)) say(`${name}: ${value}`)
  return refused ? EXIT_CODES.usage : EXIT_CODES.pass
}

function settingAnswer(outcome: Exclude<SettingOutcome, { kind: 'not-begun' }>) {
  if (outcome.kind === 'busy') return { refused: { kind: 'busy', reason: BUSY, wayOut: 'Run the same command again.' } }
  const { epoch } = outcome.before
  return { epoch, refused: outcome.kind === 'refused' ? asRefused(outcome.refused) : null }
}
