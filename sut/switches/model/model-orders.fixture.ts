// What happens to orders in the model: writes, mirror, import, comparison.

import { marksGaps, otherStore, PHASE_RULES, STORE_NAMES } from '../../../contracts/switches.ts'
import type { Add } from './model-actions.fixture.ts'
import {
  believedIn,
  type Copy,
  has,
  isCompared,
  isEverMirrored,
  KEYS,
  type ModelOptions,
  type ModelState,
  put,
  set,
  versionOf,
  type Writer,
} from './model-state.fixture.ts'

export function writer(state: ModelState, at: number, options: ModelOptions, add: Add): void {
  const { jobs, rules, attempts, hasOutages } = options
  const me = state.writers[at]!
  const become = (changes: Partial<Writer>) => ({
    writers: state.writers.map((other, index) => (index === at ? { ...me, ...changes } : other)),
  })
  const { epoch } = believedIn(state)
  if (me.epoch !== epoch || me.isOut)
    add(`writer ${at} hears of epoch ${epoch}`, { ...state, ...become({ epoch, isOut: false }) })
  if (hasOutages && me.epoch !== epoch && !me.isOut)
    add(`writer ${at} is out of touch`, { ...state, ...become({ isOut: true }) })
  if (me.isDone) return
  const phase = state.phases[me.epoch]!
  const on = PHASE_RULES[phase].authority
  const store = state.stores[on]
  if (!rules.takesWrite(store.fence, me.epoch)) return
  const job = jobs[at]!
  const key = job === 'place-b' ? 1 : 0
  const found = store.orders[key]
  const code = job === 'change-a' ? found + 1 : found || 4 * (me.tries + 1) + 1
  if (job === 'change-a' && versionOf(found) !== 1) return
  const isMarked = marksGaps({ phase, isFinal: false })
  // Whether anybody had to mark is a matter of the phase that the store is open for, not of what the writer believes.
  const isOwed = !isMarked && !marksGaps({ phase: state.phases[store.fence ?? 0] ?? phase, isFinal: false })
  const written =
    code === found
      ? state
      : {
          ...put(state, on, {
            orders: set(store.orders, key, code),
            gaps: isMarked ? set(store.gaps, key, versionOf(code)) : store.gaps,
          }),
          owed: set(state.owed, key, isOwed),
        }
  const what = `writer ${at} ${job} in ${on} under epoch ${me.epoch}`
  const acknowledged = set(state.acknowledged, key, Math.max(state.acknowledged[key], code))
  add(what, { ...written, acknowledged, ...become({ isDone: true }) })
  const isLast = job !== 'place-a' || me.tries + 1 >= attempts
  add(`${what}, and is not told`, { ...written, ...become({ tries: me.tries + 1, isDone: isLast }) })
}

export function mirror(state: ModelState, { rules }: ModelOptions, add: Add): void {
  const { mirror: copy } = state
  if (!copy) {
    for (const from of STORE_NAMES) {
      if (!isEverMirrored(state, from)) continue
      for (const key of KEYS) {
        const { gaps, orders } = state.stores[from]
        if (gaps[key] === 0) continue
        const found: Copy = { from, key, code: orders[key], mark: gaps[key], isAbsorbed: false }
        add(`the mirror reads order ${key} in ${from}`, { ...state, mirror: found })
      }
    }
    return
  }
  add('the mirror dies', { ...state, mirror: null })
  if (!copy.isAbsorbed) {
    add(`the mirror absorbs order ${copy.key}`, { ...absorb(state, copy), mirror: { ...copy, isAbsorbed: true } })
    return
  }
  const { gaps } = state.stores[copy.from]
  const mark = gaps[copy.key]
  const isGone = mark > 0 && rules.isSettled(mark, copy.mark)
  const settled = isGone ? put(state, copy.from, { gaps: set(gaps, copy.key, 0) }) : state
  add(`the mirror settles order ${copy.key} up to version ${copy.mark}`, { ...settled, mirror: null })
}

export function importer(state: ModelState, add: Add): void {
  const { importing: copy } = state
  if (copy) {
    add(`the import absorbs order ${copy.key}`, { ...absorb(state, copy), importing: null })
    add('the import dies', { ...state, importing: null })
    return
  }
  if (believedIn(state).phase !== 'phase1') return
  for (const key of KEYS) {
    const code = state.stores.legacy.orders[key]
    if (code === 0 || code === state.stores.sharded.orders[key]) continue
    const importing: Copy = { from: 'legacy', key, code, mark: 0, isAbsorbed: false }
    add(`the import reads order ${key}`, { ...state, importing })
  }
}

/** Never back to an older version; another order under the same key would be told as an error, and is one to the invariants. */
function absorb(state: ModelState, { from, key, code }: Copy): ModelState {
  const to = otherStore(from)
  const { orders } = state.stores[to]
  return orders[key] === 0 || has(code, orders[key]) ? put(state, to, { orders: set(orders, key, code) }) : state
}

export function compareAll(state: ModelState, add: Add): void {
  const { phase, open, revision } = believedIn(state)
  if (phase !== 'phase1' || !open || state.flips === 0 || isCompared(state)) return
  const { legacy, sharded } = state.stores
  const isEqual = KEYS.every((key) => legacy.orders[key] === sharded.orders[key] || legacy.gaps[key] > 0)
  if (isEqual) add('the full comparison finds nothing', { ...state, compared: revision })
}
