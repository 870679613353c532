// Do these runs belong together: all shares of one load, offered at one time? Pure; every reason against, at once.

import { isOfShare } from '../contracts/share.ts'
import { clockSkew } from './clock-skew.ts'
import { targetsOf } from './cut-step.ts'
import { JOINT_CLOCK_TOLERANCE_MS, type ShareRun } from './share-run.ts'

export function mismatches(runs: readonly ShareRun[]): readonly string[] {
  const [first] = runs
  if (first === undefined) return ['no run was named']
  return [...foreign(first, runs), ...places(runs), ...requests(runs), ...times(runs)]
}

/** What all must have been told alike, told by the first run's word. */
const ALIKE: readonly (readonly [string, (run: ShareRun) => unknown])[] = [
  ['workload', ({ record }) => record.workloadId],
  ['start', ({ record }) => record.startAt],
  ['plan', ({ record }) => record.planHash.slice(0, 12)],
  ['script', ({ record }) => record.scriptHash?.slice(0, 12)],
  ['target', targetsText],
  ['profile', ({ measurements }) => measurements.profile],
  ['flow', ({ measurements }) => measurements.results.map(({ load }) => load).join(', ')],
  ['schedule', ({ record }) => record.schedule],
  ['arrivals', ({ measured }) => measured[0]?.arrivals],
  ['windows', ({ measured }) => measured.map(({ fromMs, toMs }) => `${fromMs} to ${toMs} ms`).join(', ')],
  ['data', ({ measurements }) => measurements.datasetFingerprint],
  ['number of generators', ({ share }) => share.of],
]

/** A script's may be given on the command line, and are in no plan's hash then. */
function targetsText({ plan, measurements }: ShareRun): string {
  const targets = targetsOf(plan)
  return measurements.results
    .flatMap(({ flows }) => flows)
    .map((flow) => `${flow} p99 ${targets[flow]?.p99Ms} ms, errors ${targets[flow]?.errorRate}`)
    .join('; ')
}

function foreign(first: ShareRun, runs: readonly ShareRun[]): string[] {
  return runs
    .slice(1)
    .flatMap((run) =>
      ALIKE.flatMap(([what, of]) =>
        of(run) === of(first)
          ? []
          : [`${run.name} has another ${what} than ${first.name}: ${of(run)}, not ${of(first)}`],
      ),
    )
}

function places(runs: readonly ShareRun[]): string[] {
  const count = runs[0]?.share.of ?? 0
  return Array.from({ length: count }, (_, index) => {
    const holders = runs.filter(({ share }) => share.index === index).map(({ name }) => name)
    if (holders.length === 0) return `share ${index + 1}/${count} is missing`
    return holders.length === 1 ? null : `share ${index + 1}/${count} is there more than once: ${holders.join(', ')}`
  }).filter((text) => text !== null)
}

function requests(runs: readonly ShareRun[]): string[] {
  return runs.flatMap(({ name, share, journal }) => {
    const strays = journal.entries.filter(({ iteration }) => !isOfShare(iteration, share)).length
    return strays === 0 ? [] : [`the journal of ${name} holds ${strays} requests of another share`]
  })
}

function times(runs: readonly ShareRun[]): string[] {
  const late = runs.flatMap(({ name, record, journal }) =>
    journal.startedAtMs === Date.parse(record.startAt) ? [] : [`${name} did not begin at ${record.startAt}`],
  )
  const skew = clockSkew(runs.map(({ record }) => record.clock))
  if (skew === null || skew.betweenMs - skew.uncertaintyMs <= JOINT_CLOCK_TOLERANCE_MS) return late
  return [
    ...late,
    `their clocks are ${skew.betweenMs.toFixed(0)} ms apart (± ${skew.uncertaintyMs.toFixed(0)}): they did not load at the same time`,
  ]
}
