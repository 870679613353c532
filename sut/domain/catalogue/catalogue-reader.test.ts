import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import type { Rounds } from '../../rounds.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { catalogueReader } from './catalogue-reader.ts'

let reader: Rounds | undefined
afterEach(() => reader?.stop())

/** `readAll` stands for the memory's. */
function started(readAll: () => Promise<boolean>) {
  const told: string[] = []
  const note = (fields: unknown, text = String(fields)) => void told.push(text)
  const logger = { info: note, warn: note } as unknown as Logger
  const metrics = new Metrics()
  const memory = { readAll, ageMs: 90_000, size: 5_000 }
  reader = catalogueReader({ memory, metrics, logger, paceMs: 1, retryMs: 1 })
  reader.start()
  return { told, metrics }
}

it('reads again and again, through an outage that it tells of ever more rarely, and says when that is over', async () => {
  let readings = 0
  const { told } = started(async () => {
    readings++
    if (readings > 1 && readings <= 10) throw new Error('gone')
    return true
  })
  await expect.poll(() => readings).toBeGreaterThan(12)
  const gone = told.filter((text) => text.endsWith('will try again'))
  expect(gone).toHaveLength(4)
  expect(told.slice(gone.length)).toEqual(['the catalogue is read again'])
})

it('leaves a catalogue alone that has more products than are kept, and says so', async () => {
  let readings = 0
  const { told } = started(async () => {
    readings++
    return false
  })
  await sleep(50)
  expect(readings).toBe(1)
  expect(told).toEqual([expect.stringContaining('more products than are kept')])
})

it('shows how old, and how much, it is that is known', async () => {
  const { metrics } = started(async () => true)
  const shown = async (name: string) => metrics.registry.getSingleMetricAsString(name)
  expect(await shown('headroom_catalogue_age_seconds')).toContain('headroom_catalogue_age_seconds 90')
  expect(await shown('headroom_catalogue_products')).toContain('headroom_catalogue_products 5000')
})
