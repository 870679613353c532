import { describe, expect, it } from 'vitest'
import { responsible } from './switch-asked.ts'

describe('who is responsible', () => {
  const said: string[] = []
  const context = { say: (line: string) => void said.push(line) }

  it('is named, and is told where the history will not say why', () => {
    expect(responsible({}, context)).toEqual({ who: expect.stringContaining('@'), why: 'nobody said why' })
    expect(said).toEqual(['no --why: the history will not say why'])
  })

  it.each([
    ['--accept-loss', { acceptLoss: true }],
    ['--leave-parked', { leaveParked: true }],
  ] as const)('has to say why where orders are given up: %s', (flag, options) => {
    expect(() => responsible(options, context)).toThrow(expect.objectContaining({ what: `${flag} needs a --why` }))
    expect(responsible({ ...options, why: 'a test' }, context)).toMatchObject({ why: 'a test' })
  })
})
