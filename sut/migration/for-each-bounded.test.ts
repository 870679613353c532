import { expect, it } from 'vitest'
import { forEachBounded } from './for-each-bounded.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('does everything once, so many at a time', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (entry) => {
    most = Math.max(most, ++running)
    await turn()
    running--
    done.push(entry)
  })
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(3)
})

it('begins nothing after a failure, and lets end what had begun', async () => {
  const begun: number[] = []
  let ended = 0
  const work = async (entry: number) => {
    begun.push(entry)
    await turn()
    if (entry === 1) throw new Error('the first')
    await turn()
    ended++
  }
  await expect(forEachBounded([1, 2, 3, 4], 2, work)).rejects.toThrow('the first')
  expect(begun).toEqual([1, 2])
  expect(ended).toBe(1)
})
