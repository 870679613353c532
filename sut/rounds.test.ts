import { once } from 'node:events'
import { beforeEach, expect, it } from 'vitest'
import { backOffMs, Rounds } from './rounds.ts'
import type { Logger } from './telemetry/logger.ts'

let lines: [object, string][]
beforeEach(() => {
  lines = []
})

/** One answer for each round: the rest that it asks for, or its failure; null ends them. */
function roundsOf(answers: readonly (number | null | Error)[], restMs = (_failures: number) => 0) {
  const note = (fields: object, text: string) => void lines.push([fields, text])
  let ended = () => {}
  const end = new Promise<void>((resolve) => {
    ended = resolve
  })
  let made = 0
  const rounds = new Rounds({
    round: async () => {
      const answer = answers[made++] ?? null
      if (answer instanceof Error) throw answer
      if (answer === null) ended()
      return answer
    },
    restMs,
    failing: 'nobody is told',
    recovered: 'all are told again',
    logger: { info: note, warn: note } as unknown as Logger,
  })
  return { rounds, end, made: () => made }
}

it('go on after one that fails, with the rest that so many failures in a row ask for', async () => {
  const asked: number[] = []
  const away = new Error('away')
  const { rounds, end } = roundsOf([away, away, 0, away, null], (failures) => {
    asked.push(failures)
    return 0
  })
  rounds.start()
  await end
  await rounds.stop()
  expect(asked).toEqual([1, 2, 1])
})

it('tell of failures ever more rarely while they last, and when they are over', async () => {
  const { rounds, end } = roundsOf([...Array.from({ length: 9 }, () => new Error('away')), 0, null])
  rounds.start()
  await end
  await rounds.stop()
  expect(lines.map(([fields, text]) => [(fields as { failures: number }).failures, text])).toEqual([
    ...[1, 2, 4, 8].map((failures) => [failures, 'nobody is told; will try again']),
    [9, 'all are told again'],
  ])
})

it('end by themselves where there is no next one', async () => {
  const { rounds, end, made } = roundsOf([0, null, 0])
  rounds.start()
  await end
  await new Promise((resolve) => setImmediate(resolve))
  expect(made()).toBe(2)
  await rounds.stop()
})

it('rest no longer once they are stopped, and begin no other', async () => {
  const { rounds, made } = roundsOf([0])
  rounds.start(3_600_000)
  await rounds.stop()
  expect(made()).toBe(0)
})

it('say nothing of one that their own end cuts off', async () => {
  let begun = () => {}
  const underWay = new Promise<void>((resolve) => {
    begun = resolve
  })
  const note = (fields: object, text: string) => void lines.push([fields, text])
  const rounds: Rounds = new Rounds({
    round: async () => {
      begun()
      await once(rounds.signal, 'abort')
      throw new Error('cut off')
    },
    restMs: () => 0,
    failing: 'nobody is told',
    logger: { info: note, warn: note } as unknown as Logger,
  })
  rounds.start()
  await underWay
  await rounds.stop()
  expect(lines).toEqual([])
})

it.each([1, 2, 3, 99])('leave alone who fails %i times for longer each time, ten seconds at most', (failures) => {
  const highestMs = Math.min(250 * 2 ** failures, 10_000)
  const restMs = backOffMs(250, failures)
  expect(restMs).toBeGreaterThanOrEqual(highestMs / 2)
  expect(restMs).toBeLessThanOrEqual(highestMs)
})
