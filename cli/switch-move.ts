// `npm run switch -- forward` and `back`: order and payment to the next phase, or the one before.

import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT_CODES, type ExitCode } from '../contracts/refusal.ts'
import { type Direction, type Flip, PHASE_RULES, type Phase, type Service } from '../contracts/switches.ts'
import { resumeFlip } from '../sut/switches/flip.ts'
import type { FlipTools } from '../sut/switches/flip-run.ts'
import { courseOf, pendingIn } from '../sut/switches/flip-steps.ts'
import { lookAtBoth } from '../sut/switches/look-at-both.ts'
import { judgeMove, movePhase } from '../sut/switches/move-phase.ts'
import { isForced } from '../sut/switches/refusal-of.ts'
import { towards } from '../sut/switches/transitions.ts'
import { announcedIn, pendingFlipIn } from './pending-flip.ts'
import type { CommandContext } from './run-command.ts'
import { BUSY, notBegun, print, responsible, type SwitchOptions, toolsOf } from './switch-asked.ts'
import {
  asRefused,
  endedText,
  lossText,
  movedText,
  OTHERS_WAIT_SECONDS,
  obstacleText,
  pendingText,
} from './switch-text.ts'
import type { OpenMigration } from './with-ledgers.ts'

export async function move(
  direction: Direction,
  migration: OpenMigration,
  options: SwitchOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { json, say } = context
  const tools = toolsOf(migration, context)
  const ended = options.acceptLoss || options.dryRun ? null : await finishOthers(tools, context)
  const to = towards(direction)
  const judged = await judgeMove(migration.ledgers, to, asked(options))
  if (!judged) throw notBegun()
  const { state } = judged
  const isLossy = isForced(state.phase, to(state.phase), judged.facts)
  // Without --dry-run it was ended or waited for above, and a forced flip goes over it.
  const pending = options.dryRun && !isLossy ? pendingFlipIn(judged.both.seen, !options.acceptLoss) : null
  const before = pending && pendingText(pending)
  const isBusy = pending?.kind === 'goes-on' || (pending?.kind === 'in-the-way' && judged.refused.length === 0)
  const made = ended && ended.from !== state.phase ? ended : announcedIn(pending)
  const way = made ?? { from: state.phase, to: to(state.phase) }
  const doneBefore = before && !isBusy ? { before } : {}
  const answer = (epoch: number, pausedMs: number, refused: object | null) => {
    if (json) print({ from: way.from, to: way.to, epoch, pausedMs: Math.round(pausedMs), refused, ...doneBefore })
  }
  if (isLossy) say(lossText(PHASE_RULES[way.from].authority))
  if (made) {
    // Whoever repeats a command that died wants the phase that it was on its way to, and none beyond it.
    const refused = to(made.from) === made.to ? null : { kind: 'moved-meanwhile', reason: movedText(made) }
    answer(state.epoch, 0, refused)
    say(refused?.reason ?? before ?? endedText(made))
    return refused ? EXIT_CODES.usage : EXIT_CODES.pass
  }
  if (before && isBusy) {
    answer(state.epoch, 0, { kind: 'busy', reason: before })
    say(before)
    return EXIT_CODES.usage
  }
  if (options.dryRun || judged.refused.length > 0) {
    const [first] = judged.refused.map(asRefused)
    answer(state.epoch, 0, first ?? null)
    if (before) say(before)
    if (!first) say(`${way.from} → ${way.to}: nothing stands in the way`)
    else sayRefusals(say, way, judged.refused.map(asRefused))
    return first ? EXIT_CODES.usage : EXIT_CODES.pass
  }
  const moved = await movePhase(to, asked(options), responsible(options, context), tools)
  switch (moved.kind) {
    case 'moved':
      answer(moved.epoch, moved.pausedMs, null)
      say(`${way.from} → ${way.to}: done; writers waited ${Math.round(moved.pausedMs)} ms (epoch ${moved.epoch})`)
      return EXIT_CODES.pass
    case 'taken-back': {
      const reason = `${obstacleText(moved.obstacle)}; writes go on in ${way.from}`
      answer(moved.epoch, moved.pausedMs, { ...moved.obstacle, reason })
      say(`${way.from} → ${way.to} was taken back: ${reason}`)
      return EXIT_CODES.usage
    }
    case 'busy':
      answer(state.epoch, 0, { kind: 'busy', reason: BUSY })
      say(BUSY)
      return EXIT_CODES.usage
    case 'refused': {
      const refused = moved.refused.map(asRefused)
      answer(state.epoch, 0, refused[0] ?? null)
      sayRefusals(say, way, refused)
      return EXIT_CODES.usage
    }
    case 'not-begun':
      throw notBegun()
  }
}

const LOOK_EVERY_MS = 500

/** A flip that somebody left is brought to its end first; one that goes on is waited for. null: there was none. */
export async function finishOthers(tools: FlipTools, { say, signal }: CommandContext): Promise<Flip | null> {
  const { seen: found } = await lookAtBoth(tools.ledgers)
  const flip = pendingIn(found) ?? null
  for (let tries = 0; tries < (1_000 * OTHERS_WAIT_SECONDS) / LOOK_EVERY_MS && !signal.aborted; tries++) {
    const course = await resumeFlip(tools)
    if (course) say('a flip that was left half way was brought to its end')
    const { seen } = await lookAtBoth(tools.ledgers)
    if (!courseOf(seen)) break
    if (tries === 0) say('a flip is on its way: waiting for it')
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
  return flip
}

export function asked({ service, acceptLoss, leaveParked }: SwitchOptions) {
  const services: readonly Service[] = service ?? ['order', 'payment']
  return { services, acceptLoss: acceptLoss === true, leaveParked: leaveParked === true }
}

function sayRefusals(
  say: CommandContext['say'],
  { from, to }: { readonly from: Phase; readonly to: Phase },
  refused: readonly { readonly reason: string; readonly wayOut: string }[],
): void {
  say(`${from} → ${to} is refused:`)
  for (const { reason, wayOut } of refused) say(`  - ${reason}\n    ${wayOut}`)
}
