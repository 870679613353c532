import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveFigures } from '../measurements/live-figures.ts'
import { liveLine, loadProgress, sayAbove } from './load-progress.ts'

const FIGURES: LiveFigures = {
  load: 'list',
  offeredPerSecond: 240,
  goodPerSecond: 99.96,
  p99Ms: 31.4,
  errors: 2,
  dropped: 1,
  leftSeconds: 12.2,
}
const LINE = '      list: offered 240/s  good 100/s  p99 31 ms  errors 2  waited 1  13 s left'
const ERASED = '\r\x1b[2K'

function streamOf({ isTTY = false, columns = 120 }) {
  const written: string[] = []
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 }
  return { written, stream: stream as unknown as NodeJS.WriteStream }
}

describe('the line of a load that runs', () => {
  it('says what is offered, answered, and left', () => {
    expect(liveLine(FIGURES)).toBe(LINE)
    expect(liveLine({ ...FIGURES, p99Ms: null, offeredPerSecond: 2.5 })).toContain(
      'offered 2.5/s  good 100/s  p99 unknown',
    )
  })

  it('is rewritten in place on a terminal, within its width, and makes room for lines that stay', () => {
    const { written, stream } = streamOf({ isTTY: true, columns: 60 })
    const progress = loadProgress(stream)
    progress.show(FIGURES)
    progress.show({ ...FIGURES, errors: 3 })
    expect(written).toEqual([LINE.slice(0, 59), ERASED, LINE.replace('errors 2', 'errors 3').slice(0, 59)])
    const said: string[] = []
    sayAbove(progress, (line) => said.push([...written.splice(0), line].join('')))('a step')
    expect(said[0]?.endsWith(`${ERASED}a step`)).toBe(true)
    progress.clear()
    // It is gone already.
    expect(written).toEqual([])
  })

  describe('elsewhere', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('is printed every ten seconds, whole, without a control character', () => {
      const { written, stream } = streamOf({ columns: 20 })
      const progress = loadProgress(stream)
      for (let halfSeconds = 0; halfSeconds < 50; halfSeconds++) {
        vi.advanceTimersByTime(500)
        progress.show(FIGURES)
        progress.clear()
      }
      expect(written).toEqual([`${LINE}\n`, `${LINE}\n`])
    })
  })
})
