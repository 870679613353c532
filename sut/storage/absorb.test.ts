import { describe, expect, it } from 'vitest'
import { legacyNumberOf } from '../../contracts/legacy-number.ts'
import { faultIn } from './absorb.ts'
import { bornOrder, oldOrder, snapshotWith } from './two-stores.setup.ts'

const BORN = bornOrder(7)
const SOUND = snapshotWith(BORN, BORN.key)
const OLD = oldOrder(SOUND, 41)

describe('what no store can take', () => {
  it('is nothing of a sound order, new or old', () => {
    expect([faultIn(SOUND), faultIn(OLD)]).toEqual([null, null])
  })

  it.each([
    ['a user below 0', { order: { ...SOUND.order, userId: -1 } }, 'its user has no shard'],
    ['a user beyond what a number holds', { order: { ...SOUND.order, userId: 2 ** 53 } }, 'its user has no shard'],
    [
      'a user of another shard',
      { order: { ...SOUND.order, userId: 8 } },
      /its id is of shard \d+, its user of shard \d+/,
    ],
    ['no payment', { payments: [] }, 'it has no payment'],
    [
      'statuses that do not go together',
      {
        order: { ...SOUND.order, status: 'cancelled' as const },
        payments: [{ ...BORN.payment, status: 'captured' as const }],
      },
      'it is cancelled, its payment captured',
    ],
    [
      'the number of another order',
      { legacyNo: legacyNumberOf(bornOrder(8).order.orderId)! },
      /its number \d+ is that of order/,
    ],
    ['another number than its id says', { legacyNo: 41 }, /it is called 41, and its id says/],
  ])('%s', (_, part, reason) => {
    expect(faultIn({ ...SOUND, ...part })).toMatch(reason)
  })
})
