import { afterEach, expect, it } from 'vitest'
import { createLogger } from '../telemetry/logger.ts'
import { OldTrafficWatch } from './old-traffic-watch.ts'

const logger = createLogger('test', 'silent')
let watch: OldTrafficWatch
afterEach(() => watch.stop())

it('knows nothing before it was told once, and then follows', async () => {
  let says: number | undefined
  let asked = 0
  const oldTraffic = async () => {
    asked++
    if (says === undefined) throw new Error('away')
    return { grayPercent: says }
  }
  watch = new OldTrafficWatch({ oldTraffic }, logger)
  await watch.start()
  expect(() => watch.grayPercent).toThrow('not known yet')
  says = 50
  await expect.poll(() => asked, { timeout: 5_000 }).toBeGreaterThan(2)
  expect(watch.grayPercent).toBe(50)
})

it('keeps what it was told while nobody answers', async () => {
  let isAway = false
  let asked = 0
  const oldTraffic = async () => {
    asked++
    if (isAway) throw new Error('away')
    return { grayPercent: 7 }
  }
  watch = new OldTrafficWatch({ oldTraffic }, logger)
  await watch.start()
  isAway = true
  const before = asked
  await expect.poll(() => asked, { timeout: 5_000 }).toBeGreaterThan(before + 1)
  expect(watch.grayPercent).toBe(7)
})
