import { expect, it } from 'vitest'
import { LateClusters } from './late-clusters.ts'

it('counts runs of late answers, which only an answer within half the target ends', () => {
  const clusters = new LateClusters()
  for (const latencyMs of [10, 101, 400, 90, 51, 120, 50, 130]) clusters.see(latencyMs, 100)
  expect(clusters.take()).toBe(2)
})

it('counts a run where it begins, not again where it goes on', () => {
  const clusters = new LateClusters()
  clusters.see(101, 100)
  expect(clusters.take()).toBe(1)
  clusters.see(300, 100)
  expect(clusters.take()).toBe(0)
})
