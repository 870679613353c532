import { expect, it } from 'vitest'
import { type Lane, openLanes } from './lanes.ts'

const lane = (shard: number, done: number, orders: number, indexed = false): Lane => ({ shard, done, orders, indexed })

it('leaves out what is complete, and takes what was begun first, then the largest', () => {
  const lanes = [
    lane(1, 0, 10),
    lane(2, 0, 30),
    lane(3, 9, 10),
    lane(4, 30, 30, true),
    lane(5, 20, 20),
    lane(6, 0, 20),
    lane(7, 5, 10),
  ]
  expect(openLanes(lanes).map(({ shard }) => shard)).toEqual([7, 3, 5, 2, 6, 1])
})
