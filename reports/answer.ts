// The verdict in a few lines, for someone who reads nothing else.

import type { AnswerLine, Claim, FlowCurve, SizingRow, TableProjection, Verdict } from '../contracts/capacity.ts'
import type { Ladder } from '../contracts/ladder.ts'
import { fullTableLine } from './full-tables.ts'
import { compact, exact, probability, range } from './quantity.ts'
import { ALL_FLOWS } from './sizing/machine-rows.ts'
import { overallVerdict } from './verdict.ts'

export interface Answerable {
  readonly claims: readonly Claim[]
  readonly tables: TableProjection | null
  readonly sizing: readonly SizingRow[]
  readonly ownFlows: readonly FlowCurve[]
  /** What was loaded, as the subject of a sentence. */
  readonly who: string
  readonly ladder: Ladder | null
}

export function answer({ claims, tables, sizing, ownFlows, who, ladder }: Answerable): readonly AnswerLine[] {
  const broken = claims.find(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')
  const tablesVerdict = claims.find(({ subject }) => subject === 'tables')?.verdict ?? 'INVALID'
  const rows = tables === null ? [] : [tableLine(tables, tablesVerdict)]
  if (broken !== undefined) {
    const sentence = `The load of this run proves nothing. ${broken.why}`
    return [{ about: 'Evidence', verdict: 'INVALID', sentence }, ...rows]
  }
  const isOwn = ({ id }: Claim) => ownFlows.some(({ flow }) => id.startsWith(`${flow}-`))
  const at = (moment: string) => claims.filter((claim) => claim.id.endsWith(moment) && !isOwn(claim))
  return [
    ...fullTableLine(claims, ladder),
    ...rows,
    ...claims.filter(isOwn).map(({ id, verdict, claim, why }) => ({ about: id, verdict, sentence: `${claim} ${why}` })),
    ...momentLine(who, 'Ordinary rates', 'the ordinary rates', at('-at-ordinary-rate')),
    ...momentLine(
      who,
      'Peak second',
      'the peak second',
      at('-at-peak-second'),
      machineSentence(
        sizing,
        claims.filter(({ id, subject }) => subject === 'flow' && id.endsWith('-at-peak-second')).length,
      ),
    ),
  ]
}

function tableLine(
  { crossing, limit, tables, fullestShard, decideBy, probabilityAnyTableExceeds }: TableProjection,
  verdict: Verdict,
): AnswerLine {
  const fullest = compact(tables[fullestShard]?.projectedRows ?? 0)
  const early =
    crossing.high === null
      ? ''
      : ` With high growth it passes the limit in ${crossing.high}, P = ${probability(probabilityAnyTableExceeds)}.`
  const sentence =
    crossing.mid === null
      ? `The fullest table ends at ${fullest} of ${compact(limit)} rows.${early}`
      : `The fullest table passes ${compact(limit)} rows in ${crossing.mid} and ends at ${fullest}.`
  const deadline = decideBy === null ? '' : ` More tables must be decided on by ${decideBy}.`
  return { about: 'Rows per table', verdict, sentence: `${sentence}${deadline}` }
}

function momentLine(who: string, about: string, moment: string, claims: readonly Claim[], more = ''): AnswerLine[] {
  if (claims.length === 0) return []
  const verdict = overallVerdict(claims)
  const named = (wanted: Verdict) =>
    claims
      .filter((claim) => claim.verdict === wanted)
      .map(({ id }) => id.replace(/-at-.*$/, '').replace('all-flows', 'all flows at once'))
      .join(', ')
  const unknown = named('INVALID') === '' ? '' : ` Not judged, for want of evidence: ${named('INVALID')}.`
  if (verdict === 'PASS') return [{ about, verdict, sentence: `${who} carries ${moment}.` }]
  const failed = named('FAIL') === '' ? '' : `${who} does not carry ${moment}: ${named('FAIL')}.`
  return [{ about, verdict, sentence: `${failed}${unknown}${more}`.trimStart() }]
}

/** Only a row that speaks for everything measured. */
function machineSentence(sizing: readonly SizingRow[], flowCount: number): string {
  const row = sizing.find(({ unit }) => unit === 'machines')
  if (row === undefined || (flowCount > 1 && row.what !== ALL_FLOWS)) return ''
  const whom = row.what.replace('Machines for ', '').replace(' at the peak', '')
  return ` For ${whom} it takes about ${exact(row.mid)} such machines (${range(row.low, row.high, exact)}), headroom included: ${row.provenance}.`
}
