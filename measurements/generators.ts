// The processes of k6 that offer one load together, followed while they run: one, or several that begin at one moment.

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { JournalEntry } from '../contracts/journal.ts'
import type { MeanCost } from '../contracts/protection-cost.ts'
import { generatorFiles } from '../contracts/run-folder.ts'
import { type Share, shareText } from '../contracts/share.ts'
import { JournalTail } from './journal.ts'
import { type K6Exit, type K6Request, startK6 } from './k6.ts'
import { extraWords, type K6Extras } from './k6-extras.ts'
import { openStartGate } from './start-gate.ts'

export interface GeneratorsRequest
  extends Pick<K6Request, 'program' | 'script' | 'settings' | 'timeoutSeconds' | 'place'> {
  /** Absolute; one of its own for each load. */
  readonly folder: string
  readonly shares: readonly Share[]
  /** Epoch ms, agreed with other machines; null: as soon as all are ready. */
  readonly startAtMs: number | null
  /** null: none in a warm-up. */
  readonly extras: K6Extras | null
  onStarted(pid: number): void
  onExited(pid: number): void
}

/** What became of one process. */
export interface GeneratorEnd extends K6Exit {
  readonly share: Share
  readonly journalFound: boolean
  readonly journaledIterations: number
  readonly unreadableLines: number
  /** Lines that the scenario wrote, by k6's summary; null: there is none. */
  readonly summaryIterations: number | null
  /** Of signing and sealing, by the same summary; null: it did neither. */
  readonly protection: MeanCost | null
}

export interface Generators {
  /** So far, of all of them. */
  readonly entries: readonly JournalEntry[]
  /** Epoch ms; null: k6 still starts. */
  readonly startedAtMs: number | null
  readonly exited: Promise<readonly K6Exit[]>
  poll(): Promise<void>
  stop(): void
  /** When all have exited. */
  finish(): Promise<readonly GeneratorEnd[]>
}

export async function startGenerators(request: GeneratorsRequest): Promise<Generators> {
  const { shares, startAtMs } = request
  const needsGate = shares.length > 1 || startAtMs !== null
  const gate = needsGate ? await openStartGate({ waitFor: shares.length, startAtMs }) : null
  const parts = shares.map((share) => startOne(request, share, gate?.url ?? null))
  const exits = parts.map(({ process, share }) =>
    process.exited
      .finally(() => {
        request.onExited(process.pid)
        // Whoever goes before all are ready leaves the others waiting for nothing.
        return gate?.close()
      })
      .then((exit) => ({ share, exit })),
  )
  return {
    get entries() {
      const [first, ...others] = parts
      return others.length === 0 ? (first?.tail.entries ?? []) : parts.flatMap(({ tail }) => [...tail.entries])
    },
    get startedAtMs() {
      return parts.map(({ tail }) => tail.startedAtMs).find((ms) => ms !== null) ?? null
    },
    exited: Promise.all(exits).then((all) => all.map(({ exit }) => exit)),
    poll: async () => void (await Promise.all(parts.map(({ tail }) => tail.poll()))),
    stop: () => {
      for (const { process } of parts) process.stop()
    },
    finish: () => Promise.all(parts.map(async (part, at) => endOf(part, (await exits[at]!).exit))),
  }
}

interface Part {
  readonly share: Share
  readonly process: ReturnType<typeof startK6>
  readonly tail: JournalTail
  readonly summaryPath: string
}

function startOne(request: GeneratorsRequest, share: Share, gateUrl: string | null): Part {
  const { program, script, settings, timeoutSeconds, folder, extras, onStarted } = request
  const label = `${basename(folder)}${share.of === 1 ? '' : `-${share.index + 1}`}`
  const files = generatorFiles(share)
  const path = (file: string) => join(folder, file)
  const process = startK6({
    program,
    script,
    settings: {
      ...settings,
      SUMMARY: path(files.summary),
      ...(share.of === 1 ? {} : { SHARE: shareText(share) }),
      ...(gateUrl === null ? {} : { START_GATE: gateUrl }),
    },
    ...(extras && { extraWords: extraWords(extras, label), extraEnvironment: extras.environment }),
    journalPath: path(files.journal),
    logPath: path(files.log),
    timeoutSeconds,
    ...(request.place && { place: request.place }),
  })
  onStarted(process.pid)
  return { share, process, tail: new JournalTail(path(files.journal)), summaryPath: path(files.summary) }
}

async function endOf({ share, tail, summaryPath }: Part, exit: K6Exit): Promise<GeneratorEnd> {
  await tail.finish()
  return {
    ...exit,
    share,
    journalFound: tail.entries.length > 0 || tail.startedAtMs !== null,
    journaledIterations: tail.entries.length,
    unreadableLines: tail.unreadableLines,
    ...summaryFigures(await summaryMetrics(summaryPath)),
  }
}

type SummaryMetrics = Readonly<Record<string, { readonly values?: Readonly<Record<string, number | undefined>> }>>

function summaryFigures(metrics: SummaryMetrics | null): Pick<GeneratorEnd, 'summaryIterations' | 'protection'> {
  if (metrics === null) return { summaryIterations: null, protection: null }
  const values = metrics.request_protection?.values
  return {
    // A script of one's own writes one for each iteration.
    summaryIterations: (metrics.journal_lines ?? metrics.iterations)?.values?.count ?? 0,
    protection: values === undefined ? null : { requests: values.count ?? 0, meanMs: values.avg ?? 0 },
  }
}

/** null: k6 wrote none, or not one we know. */
async function summaryMetrics(path: string): Promise<SummaryMetrics | null> {
  try {
    const { metrics } = JSON.parse(await readFile(path, 'utf8')) as { readonly metrics?: SummaryMetrics }
    return metrics ?? null
  } catch {
    return null
  }
}
