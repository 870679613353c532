// Why a step is not a pass, for people: fields → sentence.

import type { FlowJudgement, Step } from '../contracts/measurement.ts'

export function reasonOf(step: Step): string {
  const { judgement, invalid } = step
  const at = `at ${perSecond(step.offeredPerSecond)}`
  const [first] = invalid
  if (judgement.outcome === 'invalid') {
    return first === undefined ? `nothing was measured ${at}` : `${at}: ${first.code}: ${first.evidence}`
  }
  const flows = Object.entries(judgement.flows).filter(([, { outcome }]) => outcome === judgement.outcome)
  return `${at}: ${flows.map(([flow, own]) => `${flow} ${flowReason(own)}`).join('; ')}`
}

/** `had 1.8 % of its answers over the target (at least 1.3 %)`, `is not proven to …`. */
function flowReason({ outcome, slow, errors, by }: FlowJudgement): string {
  if (slow === null || errors === null) return 'has no target in the plan'
  if (outcome === 'fail') {
    const missed = by.map((target) =>
      target === 'slow'
        ? `had ${percent(slow.share)} of its answers over the p99 target (95 % sure of ${percent(slow.low)} or more)`
        : `had ${percent(errors.share)} errors (95 % sure of ${percent(errors.low)} or more)`,
    )
    return missed.join(' and ')
  }
  const open = by.map((target) =>
    target === 'slow'
      ? `may have up to ${percent(slow.high)} over its p99 target (${slow.count} ${slow.basis})`
      : `may have up to ${percent(errors.high)} errors (${errors.count} requests)`,
  )
  return open.length === 0 ? 'met its targets' : `is not proven: it ${open.join(' and ')}`
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(share < 0.1 ? 2 : 0))} %`
}

export function perSecond(rate: number): string {
  return `${rate >= 100 ? Math.round(rate).toLocaleString('en') : Number(rate.toFixed(1))}/s`
}

export function seconds(ms: number): string {
  return ms >= 120_000 ? `${Number((ms / 60_000).toFixed(1))} min` : `${Number((ms / 1000).toFixed(1))} s`
}
