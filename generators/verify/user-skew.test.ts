import { describe, expect, it } from 'vitest'
import { drawnUsers, SAMPLE_USERS, usersToGroup } from './user-skew.ts'

const table = { shard: 7, orders: 50_000_000, users: 900_000, whales: 1, whaleWeight: 0 }

describe('usersToGroup', () => {
  it('takes a sample of a table that is too large to group, and all users of another', () => {
    expect(usersToGroup(table)).toHaveLength(SAMPLE_USERS)
    expect(usersToGroup({ ...table, orders: 5_000_000 })).toBeNull()
  })
})

describe('drawnUsers', () => {
  it('draws different users of this shard, from all over it', () => {
    const users = drawnUsers(table)
    expect(new Set(users).size).toBe(SAMPLE_USERS)
    for (const user of users) expect(user % 64).toBe(7)
    const firstHalf = users.filter((user) => user < 64 * 450_000).length
    expect(Math.abs(firstHalf / SAMPLE_USERS - 0.5)).toBeLessThan(0.05)
    expect(Math.max(...users)).toBeLessThan(64 * (900_000 + 2))
  })

  it('draws each user of a small table once', () => {
    expect(drawnUsers({ ...table, users: 3 }).toSorted((one, other) => one - other)).toEqual([71, 135, 199])
  })
})
