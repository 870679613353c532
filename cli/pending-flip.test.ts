import { describe, expect, it } from 'vitest'
import { type Flip, NOT_BEGUN, type Phase } from '../contracts/switches.ts'
import type { StoredSwitches } from '../sut/storage/switch-table.ts'
import { pendingFlipIn } from './pending-flip.ts'
import { pendingText } from './switch-text.ts'

const FLIP: Flip = { from: 'phase1', to: 'phase2', epoch: 6 }
const row = (epoch: number, phase: Phase, more: Partial<StoredSwitches> = {}): StoredSwitches => ({
  state: { ...NOT_BEGUN, epoch, phase, revision: epoch },
  flip: FLIP,
  claimedBy: null,
  ...more,
})
const said = (legacy: StoredSwitches | null, sharded: StoredSwitches | null, mayFinish = true) => {
  const pending = pendingFlipIn({ legacy, sharded }, mayFinish)
  return pending && pendingText(pending)
}

describe('somebody else’s flip', () => {
  it('is none where both databases are at rest', () => {
    const atRest = row(6, 'phase2', { flip: null })
    expect(said(atRest, atRest)).toBeNull()
  })

  it('that was left is brought to its end first, where that is', () => {
    const before = row(5, 'phase1')
    expect(said(before, before)).toContain('writes are opened again in phase1 first')
    expect(said(row(6, 'phase2'), before)).toContain(
      'phase1 → phase2 was left half way: it is brought to its end, and nothing more is done',
    )
    const [told, missed] = [row(6, 'phase2', { flip: null }), row(5, 'phase1', { flip: null })]
    expect(said(told, missed)).toContain('the sharded database missed')
  })

  it('that goes on is waited for, and may be too slow', () => {
    const claimed = row(5, 'phase1', { claimedBy: 'somebody' })
    expect(said(claimed, row(5, 'phase1'))).toMatch(/phase1 → phase2 is on its way: .* up to 10 s/)
  })

  it('stands in the way of whoever cannot end it', () => {
    expect(said(null, row(5, 'phase1'))).toContain("only the monolith's database knows")
    expect(said(row(5, 'phase1'), row(5, 'phase1'), false)).toContain('--accept-loss')
  })
})
