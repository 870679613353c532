import { expect, it } from 'vitest'
import { LEGACY_STATUS } from '../../contracts/legacy-tables.ts'
import { contextFor, remainingMs } from '../telemetry/call-context.ts'
import { namesNotWaitedFor, notWaitedFor, type OldRecords } from './old-records.ts'

const PAGE = { userId: 7, submitToken: 'a-page-of-an-old-app' }
const ORDER = { orderNo: 4_711, status: LEGACY_STATUS.open, amount: '1.00' }
const context = () => contextFor('test', 5_000)

it('are what the monolith says', async () => {
  const records = notWaitedFor({ nickname: async () => 'ann', submittedBefore: async () => ORDER })
  expect(await records.nickname({ userId: 7 }, context())).toBe('ann')
  expect(await records.submittedBefore(PAGE, context())).toBe(ORDER)
})

it('are done without when it is gone, and asked for with a small part of the time there is', async () => {
  const limits: number[] = []
  const gone: OldRecords = {
    nickname: (_user, within) => {
      limits.push(remainingMs(within))
      return Promise.reject(new Error('gone'))
    },
    submittedBefore: (_page, within) => {
      limits.push(remainingMs(within))
      return Promise.reject(new Error('gone'))
    },
  }
  const records = notWaitedFor(gone)
  expect(await records.nickname({ userId: 7 }, context())).toBe('')
  expect(await records.submittedBefore(PAGE, context())).toBeNull()
  expect(limits.map((limitMs) => limitMs <= 1_000)).toEqual([true, true])
})

it('of pages are an error to the monolith itself when its database does not answer: the order may be there', async () => {
  const records = namesNotWaitedFor({
    nickname: () => Promise.reject(new Error('gone')),
    submittedBefore: () => Promise.reject(new Error('gone')),
  })
  expect(await records.nickname({ userId: 7 }, context())).toBe('')
  await expect(records.submittedBefore(PAGE, context())).rejects.toThrow('gone')
})
