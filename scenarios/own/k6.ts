// The module 'k6' as a script of one's own sees it: a check that fails makes the turn wrong.

import { type Checkers, check as k6Check } from 'k6'
import { sawWrong } from './seen.ts'

export { fail, group, randomSeed, sleep } from 'k6'

export function check<V>(value: V, checks: Checkers<V>, tags?: object): boolean {
  const watched = Object.entries(checks).map(([name, test]) => [
    name,
    (tested: V) => {
      const holds = typeof test === 'function' ? test(tested) : test
      if (!holds) sawWrong(`check: ${name}`)
      return holds
    },
  ])
  return k6Check(value, Object.fromEntries(watched), tags)
}
