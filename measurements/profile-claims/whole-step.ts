// Windows that follow each other, cut and judged as the one that they are together. It is no step of the run: those hold all
// of it already.

import type { Backlog, InvalidCode, Step } from '../../contracts/measurement.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import { cutMergedStep, type OfferedLoad, type Seen } from '../cut-step.ts'

/** What is known of a process or of a turn, whatever the window. Everything else is looked at again. */
const CARRIED: readonly InvalidCode[] = [
  'interrupted',
  'generator-failed',
  'target-dead',
  'script-exceptions',
  'engine-lost',
  'target-changed',
]

/** null: there is none. */
export function wholeStep(made: OfferedLoad, steps: readonly Step[], plan: ResolvedPlan): Step | null {
  const [first, last] = [steps[0], steps.at(-1)]
  if (first === undefined || last === undefined) return null
  const found = steps.flatMap(({ invalid }) => invalid)
  const carried = CARRIED.flatMap((code) => found.find((reason) => reason.code === code) ?? [])
  const cut = { kind: 'measured', index: first.index, fromMs: first.fromMs, toMs: last.toMs } as const
  return cutMergedStep(made, cut, plan, seenIn(made, steps), carried)
}

function seenIn({ shares }: OfferedLoad, steps: readonly Step[]): Seen {
  const mean = (of: (step: Step) => number | null | undefined) => meanOf(steps.map((step) => of(step) ?? null))
  return {
    usage: {
      components: [],
      machineCpu: mean(({ machineCpu }) => machineCpu),
      generatorCpu: mean(({ generatorCpu }) => generatorCpu),
      otherCpu: mean(({ otherCpu }) => otherCpu),
      mysql: null,
      elasticsearch: null,
      backlog: backlogOver(steps),
    },
    generatorCpus: shares.map((_, at) => mean(({ generators }) => generators[at]?.cpu)),
    generatorReadable: steps.some(({ invalid }) => invalid.some(({ code }) => code === 'generator-unobserved')),
  }
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function backlogOver(steps: readonly Step[]): Backlog | null {
  const known = steps.flatMap(({ backlog }) => backlog ?? [])
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) return null
  return { startSeconds: first.startSeconds, endSeconds: last.endSeconds }
}
