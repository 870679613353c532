// Requests at two processors, then at a disk of several channels, both first come, first served: how long they take.

import { nearestRank } from '../quantile-ranks.ts'

export interface SimulatedService {
  readonly cores: number
  readonly diskChannels: number
  /** Mean processor time of a request that reads so many pages. */
  readonly cpuMs: (reads: number) => number
  /** Standard deviation of ln(processor time). */
  readonly cpuSpread: number
  /** Mean time of one read, exponential. */
  readonly readMs: number
}

/** p99 of `requests` Poisson arrivals; reads are those of consecutive requests of the simulated pool. */
export function simulatedP99(
  service: SimulatedService,
  reads: Uint8Array,
  { ratePerSecond, requests }: { readonly ratePerSecond: number; readonly requests: number },
  uniform: () => number,
): number {
  const arrivals = new Float64Array(requests)
  const disks = new Float64Array(requests)
  const left = new Float64Array(requests)
  const cores = new Float64Array(service.cores)
  const start = Math.floor(uniform() * reads.length)
  let now = 0
  for (let i = 0; i < requests; i++) {
    now += (-Math.log(uniform()) * 1000) / ratePerSecond
    const count = reads[(start + i) % reads.length] ?? 0
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    const work = service.cpuMs(count) * Math.exp(service.cpuSpread * normal - service.cpuSpread ** 2 / 2)
    arrivals[i] = now
    left[i] = serve(cores, now, work)
    for (let read = 0; read < count; read++) disks[i] = (disks[i] ?? 0) - Math.log(uniform()) * service.readMs
  }
  const order = Uint32Array.from({ length: requests }, (_, i) => i).sort((a, b) => (left[a] ?? 0) - (left[b] ?? 0))
  const channels = new Float64Array(service.diskChannels)
  const times = new Float64Array(requests)
  for (const i of order) {
    const work = disks[i] ?? 0
    const ended = work > 0 ? serve(channels, left[i] ?? 0, work) : (left[i] ?? 0)
    times[i] = ended - (arrivals[i] ?? 0)
  }
  times.sort()
  return times[nearestRank(requests, 99) - 1] ?? Number.NaN
}

/** The first server that is free takes it; when it is done. */
function serve(freeAt: Float64Array, arrives: number, work: number): number {
  let first = 0
  for (let server = 1; server < freeAt.length; server++) {
    if ((freeAt[server] ?? 0) < (freeAt[first] ?? 0)) first = server
  }
  const done = Math.max(arrives, freeAt[first] ?? 0) + work
  freeAt[first] = done
  return done
}
