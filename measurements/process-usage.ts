// CPU time and memory of processes from /proc. Children count with their parent's component: nginx workers, a server
// behind its start script.

import { readdir, readFile } from 'node:fs/promises'

/** Linux counts process times in USER_HZ, which is 100 on every architecture Node runs on: man 5 proc. */
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

export interface WatchedProcess {
  readonly component: string
  readonly pid: number
}

export interface ProcessStat {
  readonly pid: number
  readonly parentPid: number
  /** Ticks after boot: tells a restarted process with the same pid apart. */
  readonly startTicks: number
  readonly cpuSeconds: number
  readonly rssBytes: number
}

export interface ComponentTotals {
  readonly cpuSeconds: number
  readonly rssBytes: number
  /** null: not ours to read. */
  readonly disk: DiskBytes | null
}

/** What went to and came from the storage layer; the page cache is not in it. */
export interface DiskBytes {
  readonly readBytes: number
  readonly writtenBytes: number
}

export interface ProcessSnapshot {
  /** By component: CPU seconds and disk bytes since their start, and memory now. */
  readonly components: ReadonlyMap<string, ComponentTotals>
  /** By pid of the watched processes that are there. */
  readonly startTicks: ReadonlyMap<number, number>
  readonly machine: { readonly busySeconds: number; readonly totalSeconds: number }
}

/** null where there is no /proc. */
export async function snapshotOf(watched: readonly WatchedProcess[]): Promise<ProcessSnapshot | null> {
  const machine = await machineTimes()
  if (machine === null) return null
  const stats = await allStats()
  const componentOf = new Map(watched.map(({ pid, component }) => [pid, component]))
  const components = new Map<string, ComponentTotals>()
  for (const stat of stats.values()) {
    const component = inheritedComponent(stat, stats, componentOf)
    if (component === undefined) continue
    const sum = components.get(component)
    const disk = await diskOf(stat.pid)
    components.set(component, {
      cpuSeconds: (sum?.cpuSeconds ?? 0) + stat.cpuSeconds,
      rssBytes: (sum?.rssBytes ?? 0) + stat.rssBytes,
      disk: sum === undefined ? disk : added(sum.disk, disk),
    })
  }
  const startTicks = watched.flatMap(({ pid }): [number, number][] => {
    const stat = stats.get(pid)
    return stat === undefined ? [] : [[pid, stat.startTicks]]
  })
  return { components, startTicks: new Map(startTicks), machine }
}

/** The component of the process itself, else of its nearest watched ancestor. */
export function inheritedComponent(
  stat: ProcessStat,
  stats: ReadonlyMap<number, ProcessStat>,
  componentOf: ReadonlyMap<number, string>,
): string | undefined {
  let current: ProcessStat | undefined = stat
  for (let depth = 0; current !== undefined && depth < 8; depth++) {
    const component = componentOf.get(current.pid)
    if (component !== undefined) return component
    current = stats.get(current.parentPid)
  }
  return undefined
}

/** `/proc/<pid>/stat`: man 5 proc. The command name may hold spaces and parentheses: fields count from its last ")". */
export function parseProcessStat(text: string): ProcessStat | null {
  const pid = Number.parseInt(text, 10)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  const [parentPid, userTicks, systemTicks, startTicks, rssPages] = [
    field(4),
    field(14),
    field(15),
    field(22),
    field(24),
  ]
  const numbers = [pid, parentPid, userTicks, systemTicks, startTicks, rssPages]
  if (!numbers.every((value) => Number.isFinite(value))) return null
  return {
    pid,
    parentPid,
    startTicks,
    cpuSeconds: (userTicks + systemTicks) / TICKS_PER_SECOND,
    rssBytes: rssPages * PAGE_BYTES,
  }
}

function added(a: DiskBytes | null, b: DiskBytes | null): DiskBytes | null {
  if (a === null || b === null) return null
  return { readBytes: a.readBytes + b.readBytes, writtenBytes: a.writtenBytes + b.writtenBytes }
}

/** `/proc/<pid>/io`: readable for the own user's processes. */
async function diskOf(pid: number): Promise<DiskBytes | null> {
  return parseProcessIo(await readFile(`/proc/${pid}/io`, 'utf8').catch(() => ''))
}

export function parseProcessIo(text: string): DiskBytes | null {
  const value = (name: string) => new RegExp(`^${name}: ([0-9]+)$`, 'm').exec(text)?.[1]
  const [read, written] = [value('read_bytes'), value('write_bytes')]
  return read === undefined || written === undefined ? null : { readBytes: Number(read), writtenBytes: Number(written) }
}

/** First line of `/proc/stat`. Stolen time counts as busy: it was not there for us. */
export function parseMachineTimes(text: string): ProcessSnapshot['machine'] | null {
  const [name, ...values] = (text.split('\n')[0] ?? '').split(/\s+/)
  const ticks = values.slice(0, 8).map(Number)
  if (name !== 'cpu' || ticks.length < 8 || !ticks.every(Number.isFinite)) return null
  const total = ticks.reduce((sum, value) => sum + value, 0)
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0)
  return { busySeconds: (total - idle) / TICKS_PER_SECOND, totalSeconds: total / TICKS_PER_SECOND }
}

async function machineTimes(): Promise<ProcessSnapshot['machine'] | null> {
  return parseMachineTimes(await readFile('/proc/stat', 'utf8').catch(() => ''))
}

async function allStats(): Promise<ReadonlyMap<number, ProcessStat>> {
  const names = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))
  const texts = await Promise.all(names.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')))
  const stats = texts.map(parseProcessStat).filter((stat) => stat !== null)
  return new Map(stats.map((stat) => [stat.pid, stat]))
}
