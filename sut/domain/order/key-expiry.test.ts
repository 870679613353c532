import { afterEach, expect, it, vi } from 'vitest'
import { KEY_WINDOW_MS, lowestOrderIdAt } from '../../../contracts/idempotency.ts'
import type { KeyRange, KeyTable } from '../../storage/idempotency-table.ts'
import { createLogger } from '../../telemetry/logger.ts'
import { Metrics } from '../../telemetry/metrics.ts'
import { KeyExpiry, KeyExpiryMetrics } from './key-expiry.ts'

const DATABASE_NOW_MS = Date.UTC(2026, 5, 1)
const DAY_MS = 86_400_000

function expiryOf(table: Partial<KeyTable>): KeyExpiry {
  return new KeyExpiry({
    tables: [{ name: 'keys', oldest: async () => undefined, forgetOldest: async () => 0, ...table }],
    nowMs: async () => DATABASE_NOW_MS,
    historyEndMs: async () => null,
    metrics: new KeyExpiryMetrics(new Metrics()),
    logger: createLogger('test', 'silent'),
  })
}

afterEach(() => void vi.useRealTimers())

it.each([4 * DAY_MS, -4 * DAY_MS])(
  'goes by the database’s clock, also where the process’s is %i ms off',
  async (offMs) => {
    vi.useFakeTimers({ toFake: ['Date'], now: DATABASE_NOW_MS + offMs })
    const ranges: KeyRange[] = []
    const forgetOldest = async (range: KeyRange) => {
      ranges.push(range)
      return 0
    }
    await expiryOf({ forgetOldest }).round()
    expect(ranges.map(({ beforeId }) => beforeId)).toEqual([lowestOrderIdAt(DATABASE_NOW_MS - KEY_WINDOW_MS)])
  },
)

it('sends no further statement once it is told to stop', async () => {
  const sent: string[] = []
  const expiry: KeyExpiry = expiryOf({
    forgetOldest: async ({ limit }) => {
      sent.push('delete')
      await expiry.stop()
      return limit
    },
    oldest: async () => void sent.push('oldest'),
  })
  await expiry.round()
  expect(sent).toEqual(['delete'])
})
