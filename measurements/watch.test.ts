import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { endsOf, type Fault, watch } from './watch.ts'

/** Reads the given answers one after the other, then the last again and again; an Error is thrown. */
async function faultsOf(
  answers: readonly (number | Error)[],
  wrong?: (value: number, before?: number) => string | null,
) {
  const faults: Fault[] = []
  let reads = 0
  const watched = watch<number>({
    name: 'engine',
    everyMs: 1,
    read: async () => {
      const answer = answers[Math.min(reads, answers.length - 1)]
      reads += 1
      if (answer instanceof Error) throw answer
      return answer as number
    },
    ...(wrong ? { wrong } : {}),
    onFault: (fault) => faults.push(fault),
  })
  for (let waited = 0; reads < answers.length + 3 && waited < 5000; waited += 10) await sleep(10)
  await watched.stop()
  return { evidence: faults.map(({ evidence }) => evidence), samples: watched.samples.map(({ value }) => value) }
}

const refused = new Error('connect ECONNREFUSED 127.0.0.1:9200')
const slow = new Error('Headers Timeout Error')

describe('watch', () => {
  it.each([
    ['answers', [1, 2, 3], []],
    ['one refusal, as while a socket is renewed', [1, refused, 2], []],
    ['two refusals', [1, refused, refused, 2], [refused.message]],
    ['two time-outs of a busy engine', [1, slow, slow, 2], []],
    ['three time-outs', [1, slow, slow, slow, 2], [slow.message]],
    ['gone for good: told once', [1, refused], [refused.message]],
    ['gone twice: told twice', [1, refused, refused, 2, refused, refused, 3], [refused.message, refused.message]],
  ] as const)('%s', async (_, answers, evidence) => {
    expect((await faultsOf(answers)).evidence).toEqual(evidence)
  })

  it('asks a closed port again soon, and who is late at his usual time', async () => {
    const reads = { refused: 0, slow: 0 }
    const watching = (
      [
        ['refused', refused],
        ['slow', slow],
      ] as const
    ).map(([name, error]) =>
      watch<number>({
        name,
        everyMs: 60_000,
        read: () => {
          reads[name] += 1
          return Promise.reject(error)
        },
        onFault: () => {},
      }),
    )
    await expect.poll(() => reads.refused).toBe(2)
    expect(reads.slow).toBe(1)
    for (const one of watching) await one.stop()
  })

  it('finds reasons inside errors', async () => {
    const hidden = new AggregateError([new Error('connect ECONNREFUSED ::1:9200')])
    expect((await faultsOf([1, hidden])).evidence).toEqual(['connect ECONNREFUSED ::1:9200'])
  })

  it('compares each value with the one before', async () => {
    const wrong = (value: number, before?: number) => (before !== undefined && value < before ? 'restarted' : null)
    const { evidence, samples } = await faultsOf([5, 6, 1, 2], wrong)
    expect(evidence).toEqual(['restarted'])
    expect(samples.slice(0, 4)).toEqual([5, 6, 1, 2])
  })
})

describe('endsOf', () => {
  const samples = [10, 20, 30, 40].map((atMs) => ({ atMs, value: atMs }))

  it.each([
    [0, 100, [10, 40]],
    [15, 35, [20, 30]],
    [20, 40, [20, 40]],
  ])('from %i to %i', (from, to, ends) => {
    const found = endsOf(samples, from, to)
    expect([found?.first.value, found?.last.value]).toEqual(ends)
  })

  it('needs two samples', () => {
    expect(endsOf(samples, 15, 25)).toBeNull()
    expect(endsOf(samples, 41, 50)).toBeNull()
  })
})
