// What was asked of `npm run switch`, and by whom.

import { hostname, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../contracts/refusal.ts'
import type { Service } from '../contracts/switches.ts'
import type { SettingChange } from '../sut/switches/change-setting.ts'
import type { FlipTools } from '../sut/switches/flip-run.ts'
import type { Ledgers } from '../sut/switches/store-ledger.ts'
import type { CommandContext } from './run-command.ts'

export interface SwitchOptions {
  readonly why?: string
  readonly dryRun?: true
  readonly service?: readonly Service[]
  readonly acceptLoss?: true
  readonly leaveParked?: true
  readonly mirror?: SettingChange['mirror']
  readonly monolith?: SettingChange['monolith']
  readonly compare?: number
}

export function toolsOf(ledgers: Ledgers, { signal }: CommandContext): FlipTools {
  // The mirrors in the services tell the other store; the flip waits for them.
  return { ledgers, signal, drain: () => sleep(20) }
}

export function responsible({ why }: SwitchOptions, { say }: Pick<CommandContext, 'say'>) {
  if (!why) say('no --why: the history will not say why')
  return { who: `${userInfo().username}@${hostname()}`, why: why ?? 'nobody said why' }
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
