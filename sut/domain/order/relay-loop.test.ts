import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Logger } from '../../telemetry/logger.ts'
import { AT_ONCE, type Pace, paceAfter, paceAfterFailure, RelayLoop, type Round } from './relay-loop.ts'

const round = (events: number, { left = 0, isFull = false } = {}): Round => ({ events, left, isFull })
const paceAfterAll = (...rounds: readonly Round[]) => rounds.reduce<Pace>(paceAfter, AT_ONCE)

describe('the pace of a relay', () => {
  it.each<[string, readonly Round[], Pace]>([
    ['goes on at once after a full round', [round(0), round(500, { isFull: true })], AT_ONCE],
    ['rests a little while there is some work', [round(0), round(0), round(3)], { pauseMs: 250, failures: 0 }],
    ['begins to idle as it rests', [round(0)], { pauseMs: 250, failures: 0 }],
    ['doubles its rest while there is none', [round(0), round(0)], { pauseMs: 500, failures: 0 }],
    ['looks once a second at least', Array.from({ length: 9 }, () => round(0)), { pauseMs: 1_000, failures: 0 }],
  ])('%s', (_what, rounds, pace) => {
    expect(paceAfterAll(...rounds)).toEqual(pace)
  })

  it('leaves alone who takes nothing, for longer each time and for ten seconds at most', () => {
    const paces = [1, 2, 3].map((times) => paceAfterAll(...Array.from({ length: times }, () => round(5, { left: 5 }))))
    expect(paces.map(({ failures }) => failures)).toEqual([1, 2, 3])
    for (const { pauseMs, failures } of paces) {
      expect(pauseMs).toBeGreaterThanOrEqual(125 * 2 ** failures)
      expect(pauseMs).toBeLessThanOrEqual(250 * 2 ** failures)
    }
    expect(paceAfterFailure({ pauseMs: 0, failures: 99 }).pauseMs).toBeLessThanOrEqual(10_000)
  })

  it('forgets failures with the first round that is taken', () => {
    expect(paceAfter(paceAfterFailure(AT_ONCE), round(5))).toEqual({ pauseMs: 250, failures: 0 })
  })
})

describe('the loop of a relay', () => {
  const lines: unknown[] = []
  const logger = { warn: (fields: object, text: string) => lines.push([fields, text]) } as unknown as Logger

  it('goes on after a round that fails, and says nothing of one that its own end cuts off', async () => {
    let rounds = 0
    let goesOn = () => {}
    const second = new Promise<void>((resolve) => {
      goesOn = resolve
    })
    const loop: RelayLoop = new RelayLoop({
      round: async () => {
        if (++rounds === 1) throw new Error('away')
        goesOn()
        await once(loop.signal, 'abort')
        throw new Error('cut off')
      },
      failing: 'nobody is told',
      logger,
    })
    loop.start()
    await second
    await loop.stop()
    expect(rounds).toBe(2)
    expect(lines).toEqual([[expect.objectContaining({ failures: 1 }), 'nobody is told; will try again']])
  })
})
