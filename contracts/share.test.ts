import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allShares, isOfShare, nthOfShare, parseShare, shareCount, shareText } from './share.ts'

describe('shares of a load', () => {
  it('give every request to one generator, and leave none out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 64 }), (requests, of) => {
        const parts = allShares(of).map((share) =>
          Array.from({ length: shareCount(requests, share) }, (_, nth) => nthOfShare(nth, share)),
        )
        expect(parts.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: requests }, (_, i) => i))
        expect(parts.every((part, index) => part.every((request) => isOfShare(request, { index, of })))).toBe(true)
      }),
    )
  })

  it('are written from 1', () => {
    for (const share of allShares(4)) expect(parseShare(shareText(share))).toEqual(share)
    expect(parseShare('2/4')).toEqual({ index: 1, of: 4 })
  })

  it.each(['0/4', '5/4', '2', '2/', '/4', '1/65', '1.5/2', '-1/2', ' 1/2', '1/2x'])('refuses "%s"', (text) => {
    expect(parseShare(text)).toBeNull()
  })
})
