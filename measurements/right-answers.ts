// Was every request of a window answered rightly? How fast is not asked, and no share of errors is proven. Pure.

import { FLATTERING_CODES } from '../contracts/judge.ts'
import type { FlowFigures, LoadResult, Step } from '../contracts/measurement.ts'

export interface RightAnswers extends Pick<LoadResult, 'verdict' | 'reason'> {
  readonly requests: number
  /** Not answered, or not rightly. */
  readonly wrong: number
}

/**
 * One wrong answer is enough to fail: the harder the load was, the more so, but nothing is the system's fault where the
 * generator failed or an engine went away. A flow that was not asked for at all is not seen to work.
 */
export function rightAnswersOf({ flows, invalid }: Pick<Step, 'flows' | 'invalid'>): RightAnswers {
  const each = Object.entries(flows)
  const sum = (of: (figures: FlowFigures) => number) => each.reduce((total, [, figures]) => total + of(figures), 0)
  const counts = { requests: sum(({ iterations }) => iterations), wrong: sum(({ errors }) => errors) }
  const spoilt = invalid.find(({ code }) => !FLATTERING_CODES.includes(code))
  if (counts.wrong > 0 && spoilt === undefined) return { ...counts, verdict: 'FAIL', reason: wrongText(each) }
  const first = spoilt ?? invalid[0]
  if (first !== undefined) return { ...counts, verdict: 'INVALID', reason: `${first.code}: ${first.evidence}` }
  const unasked = each.filter(([, { iterations }]) => iterations === 0).map(([flow]) => flow)
  if (unasked.length > 0) {
    return { ...counts, verdict: 'INVALID', reason: `no request of ${unasked.join(', ')}: hold longer` }
  }
  return { ...counts, verdict: 'PASS', reason: `all ${counts.requests} requests were answered rightly` }
}

function wrongText(flows: readonly (readonly [string, FlowFigures])[]): string {
  const wrong = flows.filter(([, { errors }]) => errors > 0)
  const texts = wrong.map(([flow, { iterations, errors, failures }]) => {
    const often = failures[0] === undefined ? '' : ` (most often: ${failures[0].what})`
    return `${flow}: ${errors} of ${iterations} requests were not answered rightly${often}`
  })
  return texts.join('; ')
}
