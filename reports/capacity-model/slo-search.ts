// The operating point: the highest rate whose every repeat met every target, with all lower rates passing too.
// A ramp cannot give it (time and load are mixed); these are steady open-model holds.

import type {
  LoadStep,
  SearchAnswer,
  SearchQuestion,
  SearchVerdict,
  SloCriterion,
  SloTargets,
} from '../../contracts/capacity-model/slo-search.ts'
import { ACHIEVED_OF_OFFERED, GENERATOR_CPU_LIMIT } from '../../contracts/evidence-limits.ts'
import { bracketOf } from '../../contracts/operating-point.ts'

interface RatedSteps {
  readonly offered: number
  /** What the steps at this rate broke, in the order of SLO_CRITERIA. */
  readonly broken: readonly SloCriterion[]
  readonly mixed: boolean
  readonly generatorBusy: boolean
  /** Requests went missing and nothing says whose fault it was. */
  readonly blameUnknown: boolean
}

export function searchOperatingPoint({ steps, targets }: SearchQuestion): SearchAnswer {
  const rates = byRate(steps, targets)
  const outcomes = rates.map(
    (rate) => ({ ratePerSecond: rate.offered, outcome: passes(rate) ? 'pass' : 'fail' }) as const,
  )
  const { lastPass, firstMiss } = bracketOf(outcomes)
  const bad = rates.find(({ offered }) => offered === firstMiss) ?? null
  const passesAbove = bad === null ? [] : rates.filter((rate) => rate.offered > bad.offered && passes(rate))
  const { verdict, reasons } = judge(lastPass, bad, passesAbove)
  const firstFail = bad !== null && bad.broken.length > 0 ? bad.offered : null
  const criterion = bad?.broken[0] ?? null
  const because = reasons[0] ?? ''
  return {
    verdict,
    lastPass,
    ...(lastPass === null ? { lastPassReason: because } : {}),
    firstFail,
    ...(firstFail === null ? { firstFailReason: because } : {}),
    ...(verdict === 'found' ? { operatingPoint: lastPass } : { operatingPoint: null, operatingPointReason: because }),
    limitingCriterion: criterion,
    ...(criterion === null ? { limitingCriterionReason: because } : {}),
    reasons: [
      ...reasons,
      ...rates.filter((rate) => rate.mixed).map((rate) => `repeats at ${rate.offered}/s disagree: counted as failing`),
    ],
  }
}

function passes({ broken, generatorBusy }: RatedSteps): boolean {
  return broken.length === 0 && !generatorBusy
}

function judge(
  lastPass: number | null,
  bad: RatedSteps | null,
  passesAbove: readonly RatedSteps[],
): { readonly verdict: SearchVerdict; readonly reasons: readonly string[] } {
  if (bad === null) {
    return {
      verdict: 'unbounded',
      reasons: [`every step passed: the operating point is at or above ${lastPass}/s; offer more`],
    }
  }
  if (bad.generatorBusy) {
    const reason = `the load generator was above ${GENERATOR_CPU_LIMIT * 100} % CPU at ${bad.offered}/s: the step measured the generator`
    return { verdict: 'generator-limited', reasons: [reason] }
  }
  if (passesAbove.length > 0) {
    const rates = passesAbove.map((rate) => rate.offered).join(', ')
    return { verdict: 'inconclusive', reasons: [`${bad.offered}/s failed but ${rates}/s passed: repeat these steps`] }
  }
  if (lastPass === null) {
    return {
      verdict: 'inconclusive',
      reasons: [`no rate passed: the operating point is below ${bad.offered}/s; offer less`],
    }
  }
  if (bad.blameUnknown) {
    const reason = `at ${bad.offered}/s requests went missing while latency and errors held, and generatorCpu was not given: generator or server?`
    return { verdict: 'inconclusive', reasons: [reason] }
  }
  return {
    verdict: 'found',
    reasons: [`${bad.offered}/s broke ${bad.broken.join(', ')}; ${lastPass}/s met every target`],
  }
}

function byRate(steps: readonly LoadStep[], targets: SloTargets): readonly RatedSteps[] {
  const rates = [...new Set(steps.map((step) => step.offered))].sort((a, b) => a - b)
  return rates.map((offered) => {
    const repeats = steps.filter((step) => step.offered === offered)
    const broken = repeats.map((step) => brokenCriteria(step, targets))
    const all = new Set(broken.flat())
    const missingOnly = !all.has('p99Seconds') && !all.has('errorRate')
    return {
      offered,
      broken: (['p99Seconds', 'errorRate', 'achieved', 'dropped'] as const).filter((criterion) => all.has(criterion)),
      mixed: broken.some((list) => list.length === 0) && broken.some((list) => list.length > 0),
      generatorBusy: repeats.some((step) => (step.generatorCpu ?? 0) >= GENERATOR_CPU_LIMIT),
      blameUnknown:
        missingOnly && repeats.some((step, i) => (broken[i] ?? []).length > 0 && step.generatorCpu === undefined),
    }
  })
}

function brokenCriteria(step: LoadStep, targets: SloTargets): readonly SloCriterion[] {
  return [
    ...(step.p99Seconds > targets.p99Seconds ? (['p99Seconds'] as const) : []),
    ...(step.errorRate > targets.errorRate ? (['errorRate'] as const) : []),
    ...(step.achieved < ACHIEVED_OF_OFFERED * step.offered ? (['achieved'] as const) : []),
    ...(step.dropped > 0 ? (['dropped'] as const) : []),
  ]
}
