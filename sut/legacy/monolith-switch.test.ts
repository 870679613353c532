import { describe, expect, it } from 'vitest'
import type { MonolithPosition } from '../../contracts/switches.ts'
import type { LegacyOrders } from './legacy-orders.ts'
import { switchedOrders } from './monolith-switch.ts'

const own = { name: 'own' } as unknown as LegacyOrders
const layer = { name: 'layer' } as unknown as LegacyOrders

describe('the monolith’s switch', () => {
  it('is asked for each request', () => {
    let monolith: MonolithPosition = 'own-database'
    const orders = switchedOrders({ now: () => ({ monolith }) }, { 'own-database': own, 'business-layer': layer })
    expect(orders()).toBe(own)
    monolith = 'business-layer'
    expect(orders()).toBe(layer)
  })

  it('refuses a position with nobody behind it, and does not fall back', () => {
    const orders = switchedOrders({ now: () => ({ monolith: 'business-layer' }) }, { 'own-database': own })
    expect(orders).toThrow(/business-layer/)
    expect(orders).toThrow(expect.objectContaining({ code: 'unavailable' }))
  })
})
