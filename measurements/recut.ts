// The steps of a run, cut and judged again from its journals: does what is stored follow from them? What the machine and the
// processes did is in no journal, and counts as it was stored.

import { join } from 'node:path'
import { judge } from '../contracts/judge.ts'
import type { InvalidReason, Measurements, Step } from '../contracts/measurement.ts'
import type { ResolvedPlan } from '../contracts/plan.ts'
import { targetsOf } from './cut-step.ts'
import { type Journal, readJournal } from './journal.ts'
import { perSecond } from './reason-text.ts'
import { figuresOf } from './window-figures.ts'

/** What a journal says of a window. */
type JournaledStep = Pick<Step, 'flows' | 'goodPerSecond' | 'dropped' | 'judgement'>

export interface Recut {
  /** Steps whose journal lies in the run folder. */
  readonly compared: number
  /** Their journal is elsewhere: they count as they were stored. */
  readonly without: number
  /** Of those compared, a sentence for each that its journal contradicts. */
  readonly contradicted: readonly string[]
}

export async function recut(runDir: string, { steps }: Measurements, plan: ResolvedPlan): Promise<Recut> {
  const windows = steps.filter(({ kind, journal }) => journal !== null && (kind === 'probe' || kind === 'measured'))
  const contradicted: string[] = []
  let compared = 0
  let file: string | null = null
  let journal: Pick<Journal, 'entries'> | null = null
  for (const step of windows) {
    // The windows of one journal follow each other; a soak's is large.
    if (step.journal !== file) journal = await journalAt(join(runDir, step.journal ?? ''))
    file = step.journal
    if (journal === null) continue
    compared += 1
    const sentence = contradictionOf(step, cutAgain(step, journal, plan))
    if (sentence !== null) contradicted.push(sentence)
  }
  return { compared, without: windows.length - compared, contradicted }
}

/** null: nothing is contradicted. */
export function contradiction({ contradicted }: Recut): InvalidReason | null {
  const [first, ...others] = contradicted
  if (first === undefined) return null
  return {
    code: 'journal-differs',
    evidence: others.length === 0 ? first : `${first}; and ${others.length} more steps`,
  }
}

function cutAgain(
  { fromMs, toMs, flows, invalid, arrivals }: Step,
  { entries }: Pick<Journal, 'entries'>,
  plan: ResolvedPlan,
): JournaledStep {
  const targets = targetsOf(plan)
  const targetsMs = Object.fromEntries(Object.keys(flows).map((flow) => [flow, targets[flow]?.p99Ms ?? null]))
  // How many were due decides nothing that is compared, only that the load was an open one.
  const requests = arrivals === 'closed' ? null : 0
  const figures = figuresOf(entries, { fromMs, toMs, targetsMs, requests })
  return { ...figures, judgement: judge({ flows: figures.flows, invalid }, targets) }
}

function contradictionOf(step: Step, again: JournaledStep): string | null {
  const difference = firstDifference(compared(step), compared(again))
  if (difference === null) return null
  const [stored, journaled] = [step.judgement.outcome, again.judgement.outcome]
  const outcomes =
    stored === journaled ? `is ${stored} either way` : `is stored as ${stored}, its journal gives ${journaled}`
  return `step ${step.index} of ${step.load}, at ${perSecond(step.offeredPerSecond)}, ${outcomes}: ${difference}`
}

/** As it is read from a file. */
function compared({ flows, goodPerSecond, dropped, judgement }: JournaledStep): unknown {
  return JSON.parse(JSON.stringify({ flows, goodPerSecond, dropped, judgement }))
}

/** `flows.list.latency.p99Ms 31.2, by the journal 45.1`; null: there is none. */
function firstDifference(stored: unknown, journaled: unknown, path = ''): string | null {
  if (typeof stored !== 'object' || typeof journaled !== 'object' || stored === null || journaled === null) {
    return stored === journaled
      ? null
      : `${path} ${JSON.stringify(stored)}, by the journal ${JSON.stringify(journaled)}`
  }
  const fields = [stored, journaled] as readonly Readonly<Record<string, unknown>>[]
  const names = new Set(fields.flatMap((one) => Object.keys(one)))
  for (const name of names) {
    const [one, other] = fields.map((values) => values[name])
    const difference = firstDifference(one, other, path === '' ? name : `${path}.${name}`)
    if (difference !== null) return difference
  }
  return null
}

/** null: there is none. One that cannot be read holds nothing. */
async function journalAt(path: string): Promise<Pick<Journal, 'entries'> | null> {
  try {
    return await readJournal(path)
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? null : { entries: [] }
  }
}
