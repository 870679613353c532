// What the switches say, in sentences: made here from fields, and nowhere else.

import type { Flip, StoreName } from '../contracts/switches.ts'
import type { StoredAuditEntry } from '../sut/storage/audit-table.ts'
import type { SettingRefused } from '../sut/switches/change-setting.ts'
import type { Obstacle } from '../sut/switches/flip-run.ts'
import type { Refused } from '../sut/switches/refusal-of.ts'
import type { SwitchStatus } from '../sut/switches/switch-status.ts'
import type { PendingFlip } from './pending-flip.ts'
import { BUSY } from './switch-asked.ts'

interface Said {
  readonly why: string
  readonly wayOut: string
}

type AnyRefused = Refused | SettingRefused
type Saying = { readonly [K in AnyRefused['kind']]: (refused: Extract<AnyRefused, { kind: K }>) => Said }

const STORES: Readonly<Record<StoreName, string>> = {
  legacy: "the monolith's database",
  sharded: 'the sharded database',
}

const SAYINGS: Saying = {
  apart: ({ service }) => ({
    why: `${service} cannot move alone: one transaction writes an order and its payment, and whoever reads one in each store sees pairs that never were`,
    wayOut: 'Move both: leave --service out.',
  }),
  'no-neighbour': ({ from, to }) => ({
    why:
      from === to ? `there is no phase beyond ${from} that way` : `from ${from} there is no way to ${to} in one step`,
    wayOut:
      'The phases are legacy, phase1, phase2 and done; a flip goes to a neighbour. npm run switch -- plan shows both ways.',
  }),
  final: () => ({
    why: 'the migration was made final: what the old store has missed since is known nowhere',
    wayOut: 'There is no way back any more; the sharded store stays the authority.',
  }),
  'store-silent': ({ store, isAuthority }) => ({
    why: isAuthority
      ? `${STORES[store]} does not answer, and it alone knows which orders the other one has not been told of`
      : `${STORES[store]} does not answer: the flip would lead where nobody can follow`,
    wayOut: isAuthority
      ? 'Bring it back. If it is gone for good, --accept-loss leaves it behind with what it alone knew; nobody can list that.'
      : 'Bring it back, then try again. In phase 1, npm run switch -- back works without the sharded database.',
  }),
  'monolith-on-its-own': () => ({
    why: 'the monolith still writes its own database, which nobody reads in phase 2',
    wayOut: 'First: npm run switch -- set --monolith business-layer. Then compare the stores in full.',
  }),
  'not-compared': ({ found }) => ({
    why: {
      none: 'the stores were never compared in full',
      earlier:
        'the last full comparison began before phase 1 was entered, or while the monolith wrote by itself: it proves nothing for now',
      unfinished: 'the last full comparison has not ended',
    }[found],
    wayOut: 'Compare them in full; it has to end with 0 differences: npm run compare-stores -- --full',
  }),
  different: ({ differences }) => ({
    why: `the last full comparison found ${differences} ${differences === 1 ? 'difference' : 'differences'}`,
    wayOut: 'Repair what it lists, and look again: npm run compare-stores -- --full --repair',
  }),
  parked: ({ parked, orders }) => ({
    why: `${parked} ${parked === 1 ? 'order is' : 'orders are'} parked, as the other store can never take ${parked === 1 ? 'it' : 'them'}: ${orders
      .map(({ orderId, reason }) => `${orderId} (${reason})`)
      .join(', ')}${parked > orders.length ? ', …' : ''}`,
    wayOut:
      'Correct these orders, and have them told again: npm run redrive. --leave-parked goes without them, and the audit names them.',
  }),
  gaps: ({ gaps, oldestGapSeconds, mirror }) => ({
    why: `${gaps} ${gaps === 1 ? 'order is' : 'orders are'} known to one store only, the oldest for ${Math.round(oldestGapSeconds ?? 0)} s${mirror === 'off' ? ', and the mirror is off' : ''}`,
    wayOut:
      mirror === 'off'
        ? 'Switch the mirror on (npm run switch -- set --mirror batched) and wait until it has caught up.'
        : 'Wait until the mirror has caught up: npm run switch -- status. If the number does not fall, its process does not run.',
  }),
  'monolith-past-phase1': ({ phase }) => ({
    why: `in ${phase} nobody reads the monolith's own database: what it wrote there would be lost`,
    wayOut: 'Go back to phase 1 first.',
  }),
  'not-done': ({ phase, catalogue }) => ({
    why: `order and payment stand at ${phase} and the catalogue at ${catalogue}: only what is done can be made final`,
    wayOut: 'Move all of them to done first: npm run switch -- forward, and with --service catalogue.',
  }),
}

/** For programs: the fields, and the sentences beside them. */
export function asRefused(refused: AnyRefused) {
  const { why, wayOut } = (SAYINGS[refused.kind] as (refused: AnyRefused) => Said)(refused)
  return { ...refused, reason: why, wayOut }
}

/** Of an authority that is left behind although it does not answer. */
export function lossText(authority: StoreName): string {
  return `What ${STORES[authority]} alone knew, orders included, is lost by this, and nobody can list it: it kept the list.`
}

/** For how long a command waits for somebody else's flip. */
export const OTHERS_WAIT_SECONDS = 10

export function pendingText(pending: PendingFlip): string {
  if (pending.kind === 'goes-on') {
    const { flip } = pending
    return flip
      ? `a flip ${flip.from} → ${flip.to} is on its way: the command waits for it for up to ${OTHERS_WAIT_SECONDS} s, and does nothing more where that ends in another phase, or is refused as busy`
      : BUSY
  }
  const { course } = pending
  if (course.kind === 'unknown') {
    return `a flip was left, and only ${STORES[course.store]} knows how far it came, which does not answer: bring it back`
  }
  if (pending.kind === 'in-the-way') {
    return 'a flip goes on or was left half way, which --accept-loss neither waits for nor ends: leave that flag out'
  }
  switch (course.kind) {
    case 'go-on':
      return `a flip ${course.flip.from} → ${course.flip.to} was left half way: it is brought to its end, and nothing more is done`
    case 'reopen':
      return `a flip was left before it was announced: writes are opened again in ${course.flip.to} first`
    case 'catch-up':
      return `${STORES[course.store]} missed what the other one knows: it is told first`
  }
}

export function endedText({ from, to }: Pick<Flip, 'from' | 'to'>): string {
  return `${from} → ${to}: a flip that was left is at its end; nothing more was done`
}

/** Not what was asked for: whoever asked knew another phase. */
export function movedText({ from, to }: Pick<Flip, 'from' | 'to'>): string {
  return `a flip ${from} → ${to} comes to its end first, which is not the way that was asked for: look where it stands, and ask again`
}

export function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'writers-stay':
      return `writes of shard ${obstacle.shards.join(', ')} did not end in time`
    case 'gaps-stay':
      return `${obstacle.gaps} orders were still known to one store only when writers could wait no longer: does the mirror run?`
    case 'parked':
      return SAYINGS.parked(obstacle).why
    case 'stores-differ':
      return `the orders of the last minute differ in shard ${obstacle.shards.join(', ')}: compare the stores in full`
    case 'store-silent':
      return `${STORES[obstacle.store]} stopped answering`
    case 'interrupted':
      return 'it was interrupted'
  }
}

export function statusLines(status: SwitchStatus): readonly string[] {
  if (!status.hasBegun) {
    return [
      'No migration has begun: the services work on the sharded tables alone.',
      'To begin one: npm run switch -- begin',
    ]
  }
  const { services, stores, gaps, parked, flip } = status
  const authority = stores.legacy.isAuthority ? 'legacy' : 'sharded'
  return [
    `order, payment  ${services.order}${status.isFinal ? ' (final)' : ''}`,
    `catalogue       ${services.catalogue}`,
    `authority       ${STORES[authority]}, ${status.open ? 'open' : `closed: ${stores[authority].openShards} shards take writes`} (epoch ${status.epoch})`,
    `mirror          ${status.mirror}`,
    `monolith        ${status.monolith}`,
    `old interfaces  ${oldInterfacesText(status)}`,
    `compared reads  ${status.comparePerMille} of 1000`,
    `to be told      ${gaps === 0 ? 'nothing' : `${gaps} orders, the oldest for ${Math.round(status.oldestGapSeconds)} s`}`,
    ...(parked === 0
      ? []
      : [
          `parked          ${parked} orders: ${status.parkedOrders.map(({ orderId, reason }) => `${orderId} (${reason})`).join(', ')}`,
        ]),
    `processes       ${status.processes === 0 ? 'none' : status.processRoles.join(', ')}${status.processesBehind === 0 ? '' : `, of which ${status.processesBehind} have not heard of this epoch`}`,
    ...(Object.keys(stores) as StoreName[])
      .filter((name) => !stores[name].answers)
      .map((name) => `${STORES[name]} does not answer`),
    ...(flip ? [`a flip ${flip.from} → ${flip.to} (epoch ${flip.epoch}) is on its way, or was left half way`] : []),
  ]
}

function oldInterfacesText({ gateway, grayPercent }: Pick<SwitchStatus, 'gateway' | 'grayPercent'>): string {
  if (gateway === 'interface-layer') {
    return `to the interface layer, which answers ${grayPercent} % of the users and passes the others on to the monolith`
  }
  return grayPercent === 0 ? 'to the monolith' : `to the monolith, whatever the share of ${grayPercent} %`
}

export function auditLines(entries: readonly StoredAuditEntry[]): readonly string[] {
  if (entries.length === 0) return ['Nothing was changed yet.']
  return entries.map(
    ({ atMs, who, what, why, detail }) =>
      `${new Date(atMs).toISOString()}  ${who}  ${what} ${JSON.stringify(detail)}  ${why}`,
  )
}
