import { describe, expect, it } from 'vitest'
import { answeredPercent, GATEWAY_POSITIONS, NO_MIGRATION, NOT_BEGUN, tellsOldFormat } from './switches.ts'

describe('the share of old users whom the interface layer answers', () => {
  it('is of no effect while the gateway sends them to the monolith', () => {
    const shares = GATEWAY_POSITIONS.map((gateway) =>
      answeredPercent({ ...NO_MIGRATION, epoch: 3, gateway, grayPercent: 50 }),
    )
    expect(shares).toEqual([0, 50])
  })

  it('is nobody before a migration has begun: the services know none of the monolith’s orders', () => {
    expect(answeredPercent({ ...NOT_BEGUN, gateway: 'interface-layer', grayPercent: 100 })).toBe(0)
  })
})

it('messages of the old format are those of a migration that is under way', () => {
  const under = { ...NO_MIGRATION, epoch: 3, isFinal: false }
  const told = [NO_MIGRATION, NOT_BEGUN, under, { ...under, isFinal: true }].map(tellsOldFormat)
  expect(told).toEqual([false, false, true, false])
})
