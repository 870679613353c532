// What was asked of `npm run switch`, and by whom.

import { hostname, userInfo } from 'node:os'
import { Refusal } from '../contracts/refusal.ts'
import type { Service } from '../contracts/switches.ts'
import { bothStores } from '../sut/both-databases.ts'
import { drainBetween } from '../sut/domain/order/close-gaps.ts'
import type { SettingChange } from '../sut/switches/change-setting.ts'
import type { FlipTools } from '../sut/switches/flip-run.ts'
import type { Responsible } from '../sut/switches/move-phase.ts'
import type { CommandContext } from './run-command.ts'
import type { OpenMigration } from './with-ledgers.ts'

export interface SwitchOptions {
  readonly why?: string
  readonly dryRun?: true
  readonly service?: readonly Service[]
  readonly acceptLoss?: true
  readonly leaveParked?: true
  readonly mirror?: SettingChange['mirror']
  readonly monolith?: SettingChange['monolith']
  readonly gateway?: SettingChange['gateway']
  readonly gray?: number
  readonly compare?: number
}

/** While writers wait this command tells the other store itself what is left: no mirror need run. */
export function toolsOf({ ledgers, pools }: OpenMigration, { signal }: Pick<CommandContext, 'signal'>): FlipTools {
  return { ledgers, signal, drain: drainBetween(bothStores(pools)) }
}

/** Whoever gives something up says why: nobody can ask the orders afterwards. */
export function responsible(
  { why, acceptLoss, leaveParked }: SwitchOptions,
  { say }: Pick<CommandContext, 'say'>,
): Responsible {
  if (!why && (acceptLoss || leaveParked)) throw unexplained(acceptLoss ? '--accept-loss' : '--leave-parked')
  if (!why) say('no --why: the history will not say why')
  return { who: `${userInfo().username}@${hostname()}`, why: why ?? 'nobody said why' }
}

function unexplained(flag: string): Refusal {
  return new Refusal({
    what: `${flag} needs a --why`,
    why: ['it gives orders up, and the history is all that will say who decided so'],
    wayOut: "Say it, and run the same command again: --why '…'",
  })
}

export function notBegun(): Refusal {
  return new Refusal({
    what: 'there is no migration',
    why: ['neither database knows of one: orders live in the sharded tables alone'],
    wayOut: 'Where there is a monolith to move from, begin:',
    command: 'npm run switch -- begin',
  })
}

export const BUSY = 'another command is at work on the switches; try again in a few seconds'

export function print(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`)
}
