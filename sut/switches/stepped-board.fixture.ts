// A board for tests: moves on to the next of its positions each time somebody waits for it; with none left, as at a deadline.

import type { Switches } from '../../contracts/switches.ts'
import { deadlineExceeded } from '../telemetry/call-context.ts'
import type { SwitchBoard } from './switch-board.ts'

export class SteppedBoard implements SwitchBoard {
  readonly waitedAfter: number[] = []
  readonly #positions: Switches[]

  constructor(...positions: Switches[]) {
    this.#positions = positions
  }
  now(): Switches {
    return this.#positions[0] as Switches
  }
  moveOn(): void {
    this.#positions.shift()
  }
  async reopened(afterEpoch: number): Promise<Switches> {
    this.waitedAfter.push(afterEpoch)
    if (this.#positions.length < 2) throw deadlineExceeded()
    this.moveOn()
    return this.now()
  }
}
