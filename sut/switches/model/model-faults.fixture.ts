// What must never be, and what must always come.

import { marksGaps, otherStore, PHASE_RULES, STORE_NAMES } from '../../../contracts/switches.ts'
import {
  attemptOf,
  believedIn,
  has,
  KEYS,
  type ModelState,
  type ModelStore,
  type OrderKey,
  versionOf,
  type Writer,
} from './model-state.fixture.ts'

/** null: all is well. */
export function faultIn(state: ModelState): string | null {
  const { legacy, sharded } = state.stores
  if (legacy.fence !== null && sharded.fence !== null) return 'two stores are open'
  for (const key of KEYS) {
    const stored = STORE_NAMES.map((name) => attemptOf(state.stores[name].orders[key])).filter(Boolean)
    if (new Set(stored).size > 1) return `order ${key} is doubled`
    const wanted = state.acknowledged[key]
    const open = STORE_NAMES.find((name) => state.stores[name].fence !== null)
    if (wanted && open && !has(state.stores[open].orders[key], wanted)) return `order ${key} is lost`
    if (wanted && state.writers.some((reader) => !reader.isOut && !has(readBy(state, reader).orders[key], wanted))) {
      return `somebody reads order ${key} as it was before it was acknowledged`
    }
    if (isSilentlyDifferent(state, key)) return `order ${key} differs, and nothing says so`
  }
  return null
}

function readBy({ stores, phases }: ModelState, { epoch }: Writer): ModelStore {
  return stores[PHASE_RULES[phases[epoch]!].read]
}

function isSilentlyDifferent(state: ModelState, key: OrderKey): boolean {
  const { phase } = believedIn(state)
  if (!marksGaps({ phase, isFinal: false }) || state.owed[key]) return false
  const { authority } = PHASE_RULES[phase]
  const { orders, gaps } = state.stores[authority]
  const other = state.stores[otherStore(authority)]
  return orders[key] !== 0 && !has(other.orders[key], orders[key]) && gaps[key] < versionOf(orders[key])
}

/** Nothing is left to be done: writes are taken, and nobody lags behind. */
export function isSettled(state: ModelState): boolean {
  const { phase, open } = believedIn(state)
  const { authority, mirror: follower } = PHASE_RULES[phase]
  const { fence, gaps } = state.stores[authority]
  const isIdle = STORE_NAMES.every((name) => state.stores[name].claim === 0 && state.stores[name].flip === null)
  return open && fence !== null && isIdle && (follower === null || KEYS.every((key) => gaps[key] === 0))
}
