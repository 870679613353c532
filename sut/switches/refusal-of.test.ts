import { describe, expect, it } from 'vitest'
import { NO_MIGRATION, PHASE_RULES, PHASES, type Phase, type SwitchState } from '../../contracts/switches.ts'
import { FEW_GAPS, type FlipFacts, refusalOf, refusalsOf, YOUNG_GAP_SECONDS } from './refusal-of.ts'
import { type Need, neighbourOf, TRANSITIONS, transitionOf } from './transitions.ts'

const READY: FlipFacts = {
  services: ['order', 'payment'],
  answers: { legacy: true, sharded: true },
  gaps: 0,
  oldestGapSeconds: null,
  parked: 0,
  parkedOrders: [],
  comparison: { beganRevision: 7, hasEnded: true, differences: 0 },
  acceptLoss: false,
  leaveParked: false,
}

function at(phase: Phase): SwitchState {
  return { ...NO_MIGRATION, epoch: 5, phase, mirror: 'batched', isFinal: false, revision: 9, comparableSince: 7 }
}

interface Lack {
  readonly from?: Partial<SwitchState>
  readonly facts: (phase: Phase) => Partial<FlipFacts>
  readonly refused: object
}

/** For each need, what it looks like when it is not met. */
const LACKS: Readonly<Record<Need, Lack>> = {
  'not-final': { from: { isFinal: true }, facts: () => ({}), refused: { kind: 'final' } },
  'authority-answers': {
    facts: (phase) => ({ answers: { ...READY.answers, [PHASE_RULES[phase].authority]: false } }),
    refused: { kind: 'store-silent', isAuthority: true },
  },
  'both-stores-answer': {
    facts: (phase) => ({ answers: { legacy: false, sharded: false, [PHASE_RULES[phase].authority]: true } }),
    refused: { kind: 'store-silent', isAuthority: false },
  },
  'monolith-behind-services': {
    from: { monolith: 'own-database' },
    facts: () => ({}),
    refused: { kind: 'monolith-on-its-own' },
  },
  'full-comparison': { facts: () => ({ comparison: null }), refused: { kind: 'not-compared', found: 'none' } },
  'nothing-parked': {
    facts: () => ({ parked: 2, parkedOrders: [{ orderId: '77', reason: 'cancelled but captured' }] }),
    refused: { kind: 'parked', parked: 2, orders: [{ orderId: '77', reason: 'cancelled but captured' }] },
  },
  'few-gaps': {
    from: { mirror: 'off' },
    facts: () => ({ gaps: 500, oldestGapSeconds: 3 }),
    refused: { kind: 'gaps', gaps: 500, oldestGapSeconds: 3, mirror: 'off' },
  },
}

describe.each(TRANSITIONS)('$from → $to', ({ from, to, needs }) => {
  it('is a step to a neighbour, and free when everything it needs is there', () => {
    expect(Math.abs(PHASES.indexOf(from) - PHASES.indexOf(to))).toBe(1)
    expect(refusalOf(at(from), to, READY)).toBeNull()
  })

  it.each(needs)('is refused without: %s', (need) => {
    const lack = LACKS[need]
    const refused = refusalsOf({ ...at(from), ...lack.from }, to, { ...READY, ...lack.facts(from) })
    expect(refused).toContainEqual(expect.objectContaining(lack.refused))
  })

  it('does not ask for what it does not need', () => {
    for (const [need, lack] of Object.entries(LACKS)) {
      if (needs.includes(need as Need)) continue
      const refused = refusalsOf({ ...at(from), ...lack.from }, to, { ...READY, ...lack.facts(from) })
      expect({ need, refused }).toEqual({ need, refused: [] })
    }
  })

  it('is refused for order or payment alone', () => {
    for (const service of ['order', 'payment'] as const) {
      expect(refusalOf(at(from), to, { ...READY, services: [service] })).toEqual({ kind: 'apart', service })
    }
  })
})

describe('a flip', () => {
  it('goes to a neighbour only, each of which has its line in the table', () => {
    for (const from of PHASES) {
      for (const to of PHASES) {
        const isNeighbour = to === neighbourOf(from, 'forward') || to === neighbourOf(from, 'back')
        expect(transitionOf(from, to) !== undefined).toBe(isNeighbour)
        if (!isNeighbour) expect(refusalOf(at(from), to, READY)).toEqual({ kind: 'no-neighbour', from, to })
      }
    }
  })

  it('into phase 2 needs a full comparison that began after the last entry into phase 1, has ended, and found nothing', () => {
    const compared = (comparison: Partial<NonNullable<FlipFacts['comparison']>>) =>
      refusalOf(at('phase1'), 'phase2', { ...READY, comparison: { ...READY.comparison!, ...comparison } })
    expect(compared({ beganRevision: 6 })).toEqual({ kind: 'not-compared', found: 'earlier' })
    expect(compared({ hasEnded: false })).toEqual({ kind: 'not-compared', found: 'unfinished' })
    expect(compared({ differences: 3 })).toEqual({ kind: 'different', differences: 3 })
    expect(compared({ beganRevision: 7 })).toBeNull()
  })

  it('takes the few young gaps that a mirror at work leaves', () => {
    const withGaps = (gaps: number, oldestGapSeconds: number) =>
      refusalOf(at('phase2'), 'phase1', { ...READY, gaps, oldestGapSeconds })
    expect(withGaps(FEW_GAPS, YOUNG_GAP_SECONDS)).toBeNull()
    expect(withGaps(FEW_GAPS + 1, 1)).toMatchObject({ kind: 'gaps' })
    expect(withGaps(1, YOUNG_GAP_SECONDS + 1)).toMatchObject({ kind: 'gaps' })
  })

  it('leaves parked orders behind only when somebody says so', () => {
    const parked = { ...READY, parked: 1, parkedOrders: [{ orderId: '77', reason: 'no such status' }] }
    expect(refusalOf(at('phase2'), 'phase1', parked)).toMatchObject({ kind: 'parked', parked: 1 })
    expect(refusalOf(at('phase2'), 'phase1', { ...parked, leaveParked: true })).toBeNull()
  })

  it('leaves a dead authority only when somebody accepts the loss, and only to move away from it', () => {
    const dead = (phase: Phase) => ({ ...READY, answers: { ...READY.answers, [PHASE_RULES[phase].authority]: false } })
    expect(refusalOf(at('phase2'), 'phase1', dead('phase2'))).toMatchObject({ kind: 'store-silent', store: 'sharded' })
    expect(refusalOf(at('phase2'), 'phase1', { ...dead('phase2'), acceptLoss: true, gaps: 9_999 })).toBeNull()
    expect(refusalOf(at('phase2'), 'done', { ...dead('phase2'), acceptLoss: true })).toMatchObject({ store: 'sharded' })
    expect(refusalOf(at('phase1'), 'phase2', { ...dead('phase1'), acceptLoss: true, comparison: null })).toMatchObject({
      kind: 'not-compared',
    })
  })

  it('names everything that stands in its way', () => {
    const facts = { ...READY, comparison: null, parked: 1, gaps: 5, oldestGapSeconds: 60 }
    const refused = refusalsOf({ ...at('phase1'), monolith: 'own-database' }, 'phase2', facts)
    expect(refused.map(({ kind }) => kind)).toEqual(['monolith-on-its-own', 'not-compared', 'parked', 'gaps'])
  })
})
