import { describe, expect, it } from 'vitest'
import { untilAnswered } from './until-answered.ts'

const OFTEN = { askAgainMs: 1, comesBackWithinMs: 60_000 }

describe('untilAnswered', () => {
  it('asks again while nobody answers', async () => {
    let asked = 0
    const ask = async () => {
      asked += 1
      if (asked < 4) throw new Error('refused')
      return 'there'
    }
    expect(await untilAnswered(ask, 60_000, OFTEN)).toBe('there')
    expect(asked).toBe(4)
  })

  it('gives up with the last reason when it does not come back', async () => {
    const ask = () => Promise.reject(new Error('refused'))
    await expect(untilAnswered(ask, 60_000, { askAgainMs: 1, comesBackWithinMs: 20 })).rejects.toThrow('refused')
  })

  it('waits for no answer that never comes', async () => {
    await expect(untilAnswered(() => new Promise(() => {}), 20, OFTEN)).rejects.toThrow('no answer within 0.02 s')
  })
})
