// What a user does with an order they placed: look at it, pay or cancel it, look again. These requests take places of the
// schedule like all others; whoever placed the order sends them, since nobody else knows its id (docs/decisions/0070).

import { type Dice, diceOf, PURPOSE, runKeyOf, weightedPicker } from './dice.ts'
import type { OrderStatus } from './order.ts'
import { type Flow, isSettling, SETTLING_FLOWS, type SettlingFlow } from './plan.ts'
import { nthOfShare, type Share, shareCount } from './share.ts'
import type { FlowWeights } from './workload.ts'

/** One request of a load, as it is drawn before the load begins. */
export interface Turn {
  readonly flow: string
  /** Place, in the same share, of what the same user sends next; absent: nothing. */
  readonly next?: number
  /** Sent by the user of an earlier turn. */
  readonly follows?: true
}

/** The order's status after each. */
export const SETTLED_AS: Readonly<Record<SettlingFlow, OrderStatus>> = { pay: 'paid', cancel: 'cancelled' }

/** Between two requests of a journey, by what comes next; on average. After a payment nobody waits to see it. */
const PAUSE_MS = { look: 500, settle: 1000, lookAgain: 0 } as const
const PLACES: Flow = 'checkout'
const LOOKS: Flow = 'detail'
/** Before the payment, so that a copy of the order as it was is somewhere; and after it. */
const LOOKS_PER_JOURNEY = 2

interface Stop {
  readonly flow: string
  readonly pauseMs: number
}

/** How often what happens, from the weights alone. */
export interface Journeys {
  /** Requests that follow from no other: what is left of each flow. */
  readonly alone: FlowWeights
  after(flow: string, dice: Dice): readonly Stop[]
}

/** Each order is paid or cancelled once or not at all; the looks are taken from those that the plan has anyway. */
export function journeysOf(weights: FlowWeights): Journeys {
  const weightOf = (flow: string) => weights[flow] ?? 0
  const settled = SETTLING_FLOWS.reduce((sum, flow) => sum + weightOf(flow), 0)
  const looked = settled === 0 ? 0 : Math.min(1, weightOf(LOOKS) / (LOOKS_PER_JOURNEY * settled))
  const alone = Object.entries(weights)
    .filter(([flow]) => !isSettling(flow))
    .map(([flow, weight]) => [flow, flow === LOOKS ? weight - LOOKS_PER_JOURNEY * looked * settled : weight] as const)
  return {
    alone: Object.fromEntries(alone),
    after: (flow, dice) => {
      if (flow !== PLACES || settled === 0) return []
      const fate = fateOf(dice.roll(PURPOSE.fate) * weightOf(PLACES), weightOf)
      if (fate === null) return []
      const settling = { flow: fate, pauseMs: PAUSE_MS.settle }
      if (dice.roll(PURPOSE.look) >= looked) return [settling]
      return [{ flow: LOOKS, pauseMs: PAUSE_MS.look }, settling, { flow: LOOKS, pauseMs: PAUSE_MS.lookAgain }]
    },
  }
}

/** `draw`: of as many as there are checkouts. */
function fateOf(draw: number, weightOf: (flow: string) => number): string | null {
  let below = 0
  for (const flow of SETTLING_FLOWS) {
    below += weightOf(flow)
    if (draw < below) return flow
  }
  return null
}

interface Waiting {
  readonly readyMs: number
  /** Place of the turn before. */
  readonly before: number
  readonly stops: readonly Stop[]
}

/**
 * Every turn of a share, in order. A place goes to the journey that has been ready for longest, else to a request that
 * follows from none; so moments and number of requests are those of the schedule, and each flow keeps its weight.
 */
export function turnsOf(weights: FlowWeights, dueMs: readonly number[], runId: string, share: Share): readonly Turn[] {
  const runKey = runKeyOf(runId)
  const { alone, after } = journeysOf(weights)
  const pick = weightedPicker(Object.entries(alone).map(([item, weight]) => ({ item, weight })))
  const turns: { flow: string; next?: number; follows?: true }[] = []
  const waiting: Waiting[] = []
  const wait = (before: number, atMs: number, stops: readonly Stop[], dice: Dice) => {
    const [stop] = stops
    if (stop === undefined) return
    const readyMs = atMs + stop.pauseMs * (0.5 + dice.roll(PURPOSE.pause))
    const behind = waiting.findIndex((other) => other.readyMs > readyMs)
    waiting.splice(behind < 0 ? waiting.length : behind, 0, { readyMs, before, stops })
  }
  for (let place = 0; place < shareCount(dueMs.length, share); place++) {
    const number = nthOfShare(place, share)
    const atMs = dueMs[number] ?? 0
    const dice = diceOf(runKey, number)
    const ready = waiting[0]
    if (ready === undefined || ready.readyMs > atMs) {
      const flow = pick(dice.roll(PURPOSE.flow))
      turns.push({ flow })
      wait(place, atMs, after(flow, dice), dice)
      continue
    }
    waiting.shift()
    const [{ flow }, ...rest] = ready.stops as [Stop, ...Stop[]]
    const before = turns[ready.before]
    if (before !== undefined) before.next = place
    turns.push({ flow, follows: true })
    wait(place, atMs, rest, dice)
  }
  return turns
}
