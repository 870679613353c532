// Every state that a model can reach, breadth first: the shortest way to a fault, or the proof that there is none.

export interface Explored<State> {
  readonly states: number
  /** The actions that led to the first fault, and the fault; null: there is none. */
  readonly fault: { readonly what: string; readonly trace: readonly string[] } | null
  /** A state from which none that `isSettled` can be reached, with the way to it. */
  readonly stuck: { readonly state: State; readonly trace: readonly string[] } | null
}

export interface Explorable<State> {
  readonly start: State
  readonly actionsIn: (state: State) => readonly { readonly what: string; readonly next: State }[]
  readonly keyOf: (state: State) => string
  readonly faultIn: (state: State) => string | null
  readonly isSettled: (state: State) => boolean
}

export function explore<State>({ start, actionsIn, keyOf, faultIn, isSettled }: Explorable<State>): Explored<State> {
  const numberOf = new Map([[keyOf(start), 0]])
  const states: State[] = [start]
  const parents: number[] = [-1]
  const actions: string[] = ['']
  const before: number[][] = [[]]
  const traceTo = (at: number): string[] => {
    const trace: string[] = []
    for (let step = at; step > 0; step = parents[step]!) trace.unshift(actions[step]!)
    return trace
  }
  for (let at = 0; at < states.length; at++) {
    const what = faultIn(states[at]!)
    if (what) return { states: states.length, fault: { what, trace: traceTo(at) }, stuck: null }
    for (const { what: action, next } of actionsIn(states[at]!)) {
      const key = keyOf(next)
      let number = numberOf.get(key)
      if (number === undefined) {
        number = states.length
        numberOf.set(key, number)
        states.push(next)
        parents.push(at)
        actions.push(action)
        before.push([])
      }
      before[number]!.push(at)
    }
  }
  const stuckAt = firstUnreached(before, states.map(isSettled))
  const stuck = stuckAt < 0 ? null : { state: states[stuckAt]!, trace: traceTo(stuckAt) }
  return { states: states.length, fault: null, stuck }
}

/** Walks back from all that are wanted. */
function firstUnreached(before: readonly (readonly number[])[], isWanted: readonly boolean[]): number {
  const reaches = [...isWanted]
  const open = isWanted.flatMap((wanted, at) => (wanted ? [at] : []))
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const earlier of before[at]!) {
      if (reaches[earlier]) continue
      reaches[earlier] = true
      open.push(earlier)
    }
  }
  return reaches.indexOf(false)
}
