// The protocol of flips and dual write, explored whole: every order in which writers, mirror, import, flips and crashes can
// meet. And the proof that the exploration sees something: without each of its guards it finds a fault.

import { describe, expect, it } from 'vitest'
import { stepsOf } from '../flip-steps.ts'
import { explore } from './explore.fixture.ts'
import { actionsIn } from './model-actions.fixture.ts'
import { faultIn, isSettled } from './model-faults.fixture.ts'
import { SCENES } from './model-scenes.fixture.ts'
import { keyOf, type ModelOptions, type ModelRules, RULES, startOf } from './model-state.fixture.ts'

const NOBODY: ModelOptions = {
  start: 'phase1',
  jobs: [],
  hasImport: false,
  attempts: 2,
  hasOutages: true,
  flips: 0,
  crashes: 0,
  takeOvers: 0,
  rules: RULES,
}

function exploreModel(options: Partial<ModelOptions>) {
  const all = { ...NOBODY, ...options }
  return explore({
    start: startOf(all),
    actionsIn: (state) => actionsIn(state, all),
    keyOf,
    faultIn,
    isSettled,
  })
}

describe('every way in which they can meet', () => {
  it.each(Object.entries(SCENES))('%s: nothing is lost or doubled, and it always comes to an end', (name, options) => {
    const beganAtMs = performance.now()
    const { states, fault, stuck } = exploreModel(options)
    process.stdout.write(`${name}: ${states} states in ${((performance.now() - beganAtMs) / 1000).toFixed(1)} s\n`)
    expect(fault).toBeNull()
    expect(stuck?.trace ?? null).toBeNull()
    expect(states).toBeGreaterThan(200)
  })
})

describe('a guard taken away is found', () => {
  const without = (rules: Partial<ModelRules>): ModelRules => ({ ...RULES, ...rules })

  it('drained and compared before the store is closed: an order is lost', () => {
    const early = without({
      stepsOf: (flip) => {
        const steps = stepsOf(flip)
        const isProof = ({ kind }: (typeof steps)[number]) => kind === 'drain' || kind === 'compare'
        const closeAt = steps.findIndex(({ kind }) => kind === 'close')
        return [
          ...steps.slice(0, closeAt),
          ...steps.filter(isProof),
          ...steps.slice(closeAt).filter((step) => !isProof(step)),
        ]
      },
    })
    const { fault } = exploreModel({ start: 'phase2', jobs: ['place-a'], flips: 1, rules: early })
    expect(fault?.what).toMatch(/order 0 (is lost|as it was before it was acknowledged)/)
    expect(fault?.trace.join('\n')).toMatch(/drain[\s\S]*writer 0 place-a[\s\S]*close/)
  })

  it('any open store takes any epoch: a write under a stale one is marked nowhere', () => {
    const any = without({ takesWrite: (openEpoch) => openEpoch !== null })
    const { fault } = exploreModel({ start: 'legacy', jobs: ['place-a'], flips: 1, rules: any })
    expect(fault?.what).toBe('order 0 differs, and nothing says so')
    expect(fault?.trace.at(-1)).toBe('writer 0 place-a in legacy under epoch 1')
  })

  it('a mark is taken away whatever its version: the change in between is told to nobody', () => {
    const blind = without({ isSettled: () => true })
    const { fault } = exploreModel({ jobs: ['place-a', 'change-a'], rules: blind })
    expect(fault?.what).toBe('order 0 differs, and nothing says so')
    expect(fault?.trace.at(-1)).toBe('the mirror settles order 0 up to version 1')
  })

  it('nobody waits for those who read the old store: an acknowledged order is not there for them', () => {
    const hasty = without({ stepsOf: (flip) => stepsOf(flip).filter(({ kind }) => kind !== 'await') })
    const { fault } = exploreModel({ start: 'phase2', jobs: ['place-a', 'place-b'], flips: 1, rules: hasty })
    expect(fault?.what).toMatch(/^somebody reads order/)
  })

  it('a flip that was taken for dead may still do its next step: two stores are open', () => {
    const unclaimed = without({ isClaimed: () => true })
    const { fault } = exploreModel({ start: 'phase2', flips: 2, takeOvers: 1, rules: unclaimed })
    expect(fault?.what).toBe('two stores are open')
  })
})
