import { describe, expect, it } from 'vitest'
import type { Logger } from '../../telemetry/logger.ts'
import { type Round, relayRounds, restAfter } from './relay-pace.ts'

const round = (events: number, isFull = false) => ({ events, isFull })

describe('the pace of a relay', () => {
  it.each<[string, readonly ReturnType<typeof round>[], number]>([
    ['goes on at once after a full round', [round(0), round(500, true)], 0],
    ['rests a little while there is some work', [round(0), round(0), round(3)], 250],
    ['begins to idle as it rests', [round(0)], 250],
    ['doubles its rest while there is none', [round(0), round(0)], 500],
    ['looks once a second at least', Array.from({ length: 9 }, () => round(0)), 1_000],
  ])('%s', (_what, rounds, restMs) => {
    expect(rounds.reduce(restAfter, 0)).toBe(restMs)
  })
})

it('a round that leaves everything has failed, and its reason is told', async () => {
  const answers: Round[] = [
    { events: 5, left: 5, reason: 'closed', isFull: true },
    { events: 5, left: 0, isFull: true },
  ]
  const lines: unknown[] = []
  let ended = () => {}
  const third = new Promise<void>((resolve) => {
    ended = resolve
  })
  const note = (fields: object, text: string) => void lines.push([fields, text])
  const rounds = relayRounds({
    round: async () => {
      if (answers.length === 0) ended()
      return answers.shift() ?? { events: 0, left: 0, isFull: false }
    },
    failing: 'nobody is told',
    recovered: 'all are told again',
    logger: { info: note, warn: note } as unknown as Logger,
  })
  rounds.start()
  await third
  await rounds.stop()
  expect(lines).toMatchObject([
    [{ failures: 1, error: { message: '5 of 5 are left: closed' } }, 'nobody is told; will try again'],
    [{ failures: 1 }, 'all are told again'],
  ])
})
