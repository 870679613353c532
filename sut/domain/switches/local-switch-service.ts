// The switches over both databases, with the rights of the order service. Every change is noted there with who and why, by
// the same steps that `npm run switch` takes.

import { DIRECTIONS, type Direction, PHASES, STORE_NAMES, type SwitchState } from '../../../contracts/switches.ts'
import { outcomeUnknown, SutError } from '../../errors.ts'
import { changeSetting, type SettingChange } from '../../switches/change-setting.ts'
import type { AskedFor } from '../../switches/flip-facts.ts'
import type { FlipTools } from '../../switches/flip-run.ts'
import { believedOf } from '../../switches/flip-steps.ts'
import { lookAtBoth } from '../../switches/look-at-both.ts'
import { judgeMove, type Moved, movePhase } from '../../switches/move-phase.ts'
import type { Ledgers } from '../../switches/store-ledger.ts'
import { switchStatus } from '../../switches/switch-status.ts'
import { neighbourOf, towards } from '../../switches/transitions.ts'
import { type CallContext, withinDeadline } from '../../telemetry/call-context.ts'
import {
  type MovedSwitch,
  type MoveSwitch,
  READ_SWITCHES_AGAIN,
  type SwitchService,
  type Way,
} from './switch-service.ts'

const ORDINARY: AskedFor = { services: ['order', 'payment'], acceptLoss: false, leaveParked: false }

export function localSwitchService(tools: FlipTools): SwitchService {
  const { ledgers } = tools
  return {
    status: (_request, context) => withinDeadline(switchStatus(ledgers), context),
    plan: (_request, context) => withinDeadline(waysFrom(ledgers), context),
    move: (request, context) => begun(moved(request, tools), context),
    set: async ({ who, why, mirror, monolith, gateway, grayPercent, comparePerMille }, context) => {
      const change = {
        ...(mirror !== undefined && { mirror }),
        ...(monolith !== undefined && { monolith }),
        ...(gateway !== undefined && { gateway }),
        ...(grayPercent !== undefined && { grayPercent }),
        ...(comparePerMille !== undefined && { comparePerMille }),
      }
      if (Object.keys(change).length === 0) throw new SutError('bad-request', 'nothing was said that could be set')
      return await begun(setting(change, { who, why }, tools), context)
    },
    history: ({ limit }, context) => withinDeadline(historyOf(ledgers, limit), context),
  }
}

async function waysFrom(ledgers: Ledgers): Promise<readonly Way[]> {
  const ways = await Promise.all(
    DIRECTIONS.map(async (direction) => {
      const judged = await judgeMove(ledgers, towards(direction), ORDINARY)
      if (!judged) throw notBegun()
      const { state, refused } = judged
      const to = neighbourOf(state.phase, direction)
      return to === null ? [] : [{ direction, from: state.phase, to, refused }]
    }),
  )
  return ways.flat()
}

async function moved(request: MoveSwitch, tools: FlipTools): Promise<MovedSwitch> {
  const { direction, what, who, why } = request
  if (what === 'catalogue') return await movedCatalogue(direction, { who, why }, tools)
  const outcome = await movePhase(towards(direction), ORDINARY, { who, why }, tools)
  if (outcome.kind !== 'moved') throw refusalOf(outcome)
  return { ...(await positions(tools.ledgers)), pausedMs: Math.round(outcome.pausedMs) }
}

async function movedCatalogue(
  direction: Direction,
  responsible: Pick<MoveSwitch, 'who' | 'why'>,
  tools: FlipTools,
): Promise<MovedSwitch> {
  const { catalogue } = await positions(tools.ledgers)
  const to = neighbourOf(catalogue, direction)
  if (to === null) throw refused(`there is no phase beyond ${catalogue} of ${PHASES.join(', ')} that way`)
  return await setting({ catalogue: to }, responsible, tools)
}

async function setting(
  change: SettingChange,
  responsible: Pick<MoveSwitch, 'who' | 'why'>,
  tools: FlipTools,
): Promise<MovedSwitch> {
  const outcome = await changeSetting(change, responsible, tools)
  switch (outcome.kind) {
    case 'changed':
      return positionsIn(outcome.after)
    case 'refused':
      throw refused(outcome.refused.kind)
    case 'busy':
      throw busy()
    case 'not-begun':
      throw notBegun()
  }
}

async function historyOf(ledgers: Ledgers, limit: number) {
  const { answers } = await lookAtBoth(ledgers)
  const asked = STORE_NAMES.filter((name) => answers[name])
  const entries = await Promise.all(asked.map((name) => ledgers[name].audit(limit)))
  const once = [...new Map(entries.flat().map((entry) => [entry.entryId, entry])).values()]
  return once.toSorted((one, other) => other.atMs - one.atMs).slice(0, limit)
}

async function positions(ledgers: Ledgers): Promise<MovedSwitch> {
  const { seen, hasBegun } = await lookAtBoth(ledgers)
  const state = hasBegun ? believedOf(seen) : undefined
  if (!state) throw notBegun()
  return positionsIn(state)
}

function positionsIn({ epoch, phase, catalogue }: SwitchState): MovedSwitch {
  return { epoch, phase, catalogue, pausedMs: 0 }
}

/** What has been begun goes on whoever waits for it. */
async function begun<T>(work: Promise<T>, context: CallContext): Promise<T> {
  try {
    return await withinDeadline(work, context)
  } catch (error) {
    const isLate = error instanceof SutError && error.code === 'deadline-exceeded'
    throw isLate ? outcomeUnknown(READ_SWITCHES_AGAIN, error) : error
  }
}

/** By the names of its reasons: the plan has them whole. */
function refusalOf(outcome: Exclude<Moved, { kind: 'moved' }>): SutError {
  switch (outcome.kind) {
    case 'refused':
      return refused(outcome.refused.map(({ kind }) => kind).join(', '))
    case 'taken-back':
      return refused(`taken back, as ${outcome.obstacle.kind}; writes go on in ${outcome.state.phase}`)
    case 'busy':
      return busy()
    case 'not-begun':
      return notBegun()
  }
}

function refused(why: string): SutError {
  return new SutError('switch-refused', `the switches stay as they are: ${why}`)
}

function busy(): SutError {
  return new SutError('switch-busy', 'somebody else is at work on the switches', { retryAfterSeconds: 1 })
}

function notBegun(): SutError {
  return refused('no migration has begun')
}
