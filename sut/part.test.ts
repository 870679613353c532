import { expect, it } from 'vitest'
import { type Part, Parts } from './part.ts'

const never = () => new Promise<void>(() => {})

/** What ends when it is told to. */
function held() {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { ended, end: () => end() }
}

function partsOf(opened: readonly Part[], backgroundLimitMs?: number): Parts {
  const parts = new Parts(backgroundLimitMs)
  for (const part of opened) parts.add(part)
  return parts
}

it('tells all work in the background to end at once, and gives back what is held although none of it ends', async () => {
  const ended: string[] = []
  const noted = (what: string) => void ended.push(what)
  const parts = partsOf(
    [
      { stop: () => noted('connections') },
      { stop: () => noted('lease') },
      ...['relay', 'expiry'].map((what) => ({
        stage: 'background' as const,
        stop: () => {
          noted(what)
          return never()
        },
      })),
      { stage: 'requests', stop: () => noted('server') },
    ],
    1,
  )
  await parts.stop()
  expect(ended).toEqual(['server', 'relay', 'expiry', 'lease', 'connections'])
})

it('takes nothing away from a request, however long, and from work that ends by itself', async () => {
  const ended: string[] = []
  const [answering, working] = [held(), held()]
  const parts = partsOf([
    { stop: () => void ended.push('connections') },
    { stage: 'background', stop: () => working.ended.then(() => void ended.push('work')) },
    { stage: 'requests', stop: () => answering.ended.then(() => void ended.push('answers')) },
  ])
  const stopped = parts.stop()
  working.end()
  await expect.poll(() => ended).toEqual(['work'])
  answering.end()
  await stopped
  expect(ended).toEqual(['work', 'answers', 'connections'])
})

it('waits for requests longer than for work in the background', async () => {
  const ended: string[] = []
  const answering = held()
  const opened: Part[] = [
    { stop: () => void ended.push('connections') },
    { stage: 'background', stop: never },
    { stage: 'requests', stop: () => answering.ended },
  ]
  const stopped = partsOf(opened, 1).stop()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(ended).toEqual([])
  answering.end()
  await stopped
  expect(ended).toEqual(['connections'])
})

it('stops all, also when one fails to, and says so', async () => {
  const ended: string[] = []
  const parts = partsOf([
    { stop: () => void ended.push('first') },
    { stop: () => Promise.reject(new Error('a connection')) },
    { stage: 'background', stop: () => Promise.reject(new Error('a loop')) },
    { stop: () => void ended.push('last') },
  ])
  await expect(parts.stop()).rejects.toThrow('a loop')
  expect(ended).toEqual(['last', 'first'])
})
