// What disturbs a simulated server: how much work it gets done by when. Work stands still in a stall, goes slower beside
// a noisy neighbour, and drifts.

export const NOISES = [
  'none',
  'stall-every-10s',
  'stall-every-30s',
  'stall-every-60s',
  'one-stall',
  'neighbour',
  'neighbour-unseen',
  'drift',
] as const
export type Noise = (typeof NOISES)[number]

const STALL_SECONDS = 0.25
const STALL_PERIOD_SECONDS: Partial<Record<Noise, number>> = {
  'stall-every-10s': 10,
  'stall-every-30s': 30,
  'stall-every-60s': 60,
}
/** While a search locates. */
const ONE_STALL = { seconds: 1, between: [5, 35] } as const
const NEIGHBOUR = { seconds: 20, speed: 0.6, between: [20, 120] } as const
const DRIFT = { amplitude: 0.04, periodSeconds: 300, pieceSeconds: 1 } as const

/** Seconds of work done by a time: linear between the times listed. */
export interface WorkClock {
  readonly timeSeconds: Float64Array
  readonly workSeconds: Float64Array
  /** When an observer of the machine would have seen other work on it. */
  readonly disturbed: readonly { readonly from: number; readonly to: number }[]
}

export function workClock(noise: Noise, horizonSeconds: number, uniform: () => number): WorkClock {
  const pieces: { until: number; speed: number }[] = []
  const disturbed: { from: number; to: number }[] = []
  const period = STALL_PERIOD_SECONDS[noise]
  if (period !== undefined) {
    // One in every period, anywhere in it: no period of ours can keep step with it.
    for (let start = 0; start < horizonSeconds; start += period) {
      const at = start + uniform() * (period - STALL_SECONDS)
      pieces.push({ until: at, speed: 1 }, { until: at + STALL_SECONDS, speed: 0 })
    }
  } else if (noise === 'one-stall') {
    const [earliest, latest] = ONE_STALL.between
    const at = earliest + uniform() * (latest - earliest)
    pieces.push({ until: at, speed: 1 }, { until: at + ONE_STALL.seconds, speed: 0 })
  } else if (noise === 'neighbour' || noise === 'neighbour-unseen') {
    const [earliest, latest] = NEIGHBOUR.between
    const from = earliest + uniform() * (latest - earliest)
    const to = from + NEIGHBOUR.seconds
    pieces.push({ until: from, speed: 1 }, { until: to, speed: NEIGHBOUR.speed })
    if (noise === 'neighbour') disturbed.push({ from, to })
  } else if (noise === 'drift') {
    const phase = uniform()
    for (let start = 0; start < horizonSeconds; start += DRIFT.pieceSeconds) {
      const turn = 2 * Math.PI * (phase + start / DRIFT.periodSeconds)
      pieces.push({ until: start + DRIFT.pieceSeconds, speed: 1 + DRIFT.amplitude * Math.sin(turn) })
    }
  }
  pieces.push({ until: Number.POSITIVE_INFINITY, speed: 1 })
  return { ...clockOf(pieces, horizonSeconds), disturbed }
}

function clockOf(pieces: readonly { until: number; speed: number }[], horizonSeconds: number) {
  const times = [0]
  const works = [0]
  let time = 0
  let work = 0
  for (const { until, speed } of pieces) {
    const end = Math.min(until, 10 * horizonSeconds)
    work += (end - time) * speed
    time = end
    times.push(time)
    works.push(work)
  }
  return { timeSeconds: Float64Array.from(times), workSeconds: Float64Array.from(works) }
}
