// The rate at which 1 % of the answers are over the target in the long run, by simulating long under Poisson arrivals.

import { SLOW_SHARE } from '../../../contracts/judge.ts'
import { type Arrivals, Queue, type QueueModel } from './queue.ts'

const SECONDS = 4000
const BLOCK_SECONDS = 100
const HALVINGS = 9

/** null: not even a fiftieth of the capacity meets the target. */
export function trueRate(model: Omit<QueueModel, 'arrivals' | 'horizonSeconds'>, arrivals: Arrivals): number | null {
  const shareAt = (rate: number): number => {
    let answered = 0
    let over = 0
    const queue = new Queue({ ...model, arrivals, horizonSeconds: SECONDS + 1000 })
    let seconds = 0
    for (const block of queue.offer(rate, 0, 0, BLOCK_SECONDS)) {
      answered += block.answered
      over += block.overTarget
      seconds += BLOCK_SECONDS
      if (seconds >= SECONDS) break
    }
    return over / answered
  }
  const capacity = model.workers / model.serviceSeconds
  let low = 0.02 * capacity
  let high = 1.02 * capacity
  if (shareAt(low) > SLOW_SHARE) return null
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (shareAt(middle) > SLOW_SHARE) high = middle
    else low = middle
  }
  return (low + high) / 2
}
