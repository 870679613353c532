// What follows from a plan, for a terminal of 80 columns: the answer first.

import { FLOWS, type Interval, type ResolvedPlan } from '../contracts/plan.ts'
import { SHARD_COUNT } from '../contracts/shard.ts'
import { FAILS_FROM, HOLDS_UP_TO } from '../contracts/table-forecast.ts'
import { compact, exact, percent, plural, probability, significant } from '../reports/quantity.ts'
import { WIDTH_COLUMNS, wrap } from './wrap-text.ts'

const NAME_COLUMNS = 23
const VALUE_INDENT = ' '.repeat(2 + NAME_COLUMNS)
/** The plan's own names may have 80: these leave room for what is said beside them. */
const LONGEST_NAME = 50

export function planText(resolved: ResolvedPlan): string {
  const { plan, planHash, months } = resolved
  const which = `Plan "${shortened(plan.name)}" ${planHash.slice(0, 12)}`
  const size = `${plural(plan.horizonYears, 'year')} from ${plan.start}, ${plural(plan.shards, 'table')} per family`
  const parts = [answer(resolved), monthTable(months, plan.rowsPerTableLimit), peaks(resolved)]
  return `${[...wrap(`${which}: ${size}`, '  '), ...parts.flatMap((lines) => ['', ...lines])].join('\n')}\n`
}

function shortened(name: string): string {
  const characters = [...name]
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : name
}

function answer({ plan, forecast, rowsByTable, totalOrders, tableCv }: ResolvedPlan): readonly string[] {
  const { verdict, crossing, decideBy } = forecast
  const least = rowsByTable.reduce((low, rows) => Math.min(low, rows), Number.POSITIVE_INFINITY)
  const fullest = rowsByTable[forecast.fullestShard] ?? 0
  return [
    ...wrap(sentence(plan, forecast), ' '.repeat(verdict.length + 2), `${verdict} `),
    ...row(
      'P(any over the limit)',
      probability(forecast.probabilityAnyTableExceeds),
      `(holds up to ${HOLDS_UP_TO}, fails from ${FAILS_FROM})`,
    ),
    ...row(
      'Limit passed in',
      `low ${crossing.low ?? 'never'} · mid ${crossing.mid ?? 'never'} · high ${crossing.high ?? 'never'}`,
      `(of ${plural(plan.horizonYears, 'year')})`,
    ),
    ...(decideBy === null
      ? row('Last month to decide', 'none within the horizon')
      : row('Last month to decide', decideBy, deadline(plan, decideBy))),
    ...row('Orders in all', threeOf(totalOrders)),
    ...row(
      'Rows per table',
      `${compact(least)} to ${compact(fullest)}, limit ${compact(plan.rowsPerTableLimit)}`,
      `(mid; CV ${percent(tableCv)})`,
    ),
    ...(plan.shards === SHARD_COUNT
      ? []
      : row('Note', `a projection: tables are only ever made ${SHARD_COUNT} per family`)),
  ]
}

function sentence(plan: ResolvedPlan['plan'], { verdict, crossing }: ResolvedPlan['forecast']): string {
  const tables = `${plural(plan.shards, 'table')} of ${compact(plan.rowsPerTableLimit)} rows`
  const years = plural(plan.horizonYears, 'year')
  const [hold, doNotHold] = plan.shards === 1 ? ['holds', 'does not hold'] : ['hold', 'do not hold']
  if (verdict === 'PASS') return `${tables} ${hold} ${years} of orders.`
  if (verdict === 'AT RISK') return `${tables} ${hold} ${years} in the mid case, not the high.`
  return `${tables} ${doNotHold} ${years}${crossing.mid === null ? '' : `: full in ${crossing.mid}, mid case`}.`
}

function deadline({ leadTimeMonths, start }: ResolvedPlan['plan'], decideBy: string): string {
  const past = decideBy < start.slice(0, 7) ? '; before the plan starts' : ''
  return `(then ${plural(leadTimeMonths, 'month')} to build${past})`
}

function monthTable(months: ResolvedPlan['months'], limit: number): readonly string[] {
  const orders = unitOf(months.map((month) => month.orders))
  const rows = unitOf(months.map((month) => month.rowsPerTable))
  return [
    `month     ${`orders in the month${orders.name}`.padEnd(34)}${`rows per table at its end${rows.name}`}`,
    '             low      mid     high             low      mid     high   of limit',
    ...months.map(
      ({ month, orders: placed, rowsPerTable }) =>
        `${month} ${columns(placed, orders)}       ${columns(rowsPerTable, rows)}  ${fillText(rowsPerTable.mid / limit).padStart(9)}`,
    ),
  ]
}

function peaks({ peak, ordinaryRatePerSecond }: ResolvedPlan): readonly string[] {
  return [
    ...row(
      'Busiest day',
      `${peak.day}${peak.promotion ? ` (${shortened(peak.promotion)})` : ''}: ${threeOf(peak.ordersPerDay)} orders`,
    ),
    '',
    'requests per second    ordinary    busiest second: low, mid, high',
    ...FLOWS.map((flow) => {
      const { low, mid, high } = peak.ratePerSecond[flow]
      const rates = [low, mid, high].map((rate) => ` ${rateText(rate).padStart(9)}`).join('')
      return `${flow.padEnd(18)} ${rateText(ordinaryRatePerSecond[flow]).padStart(12)}      ${rates}`
    }),
  ]
}

interface Unit {
  readonly size: number
  readonly decimals: number
  readonly name: string
}

/** So that the largest number of a table has at least three digits and fits, and small plans are not all zeros. */
function unitOf(intervals: readonly Interval[]): Unit {
  const largest = intervals.reduce((most, { high }) => Math.max(most, high), 0)
  if (largest >= 1e11) return { size: 1e9, decimals: 2, name: ', billion' }
  if (largest >= 1e7) return { size: 1e6, decimals: 2, name: ', million' }
  if (largest >= 1e5) return { size: 1e3, decimals: 1, name: ', thousand' }
  return { size: 1, decimals: largest >= 100 ? 0 : 2, name: '' }
}

function columns({ low, mid, high }: Interval, { size, decimals }: Unit): string {
  return [low, mid, high].map((value) => ` ${(value / size).toFixed(decimals).padStart(8)}`).join('')
}

function fillText(fill: number): string {
  return fill >= 0.01 ? `${(100 * fill).toFixed(0)} %` : percent(fill)
}

function threeOf({ low, mid, high }: Interval): string {
  return `${compact(mid)} (${compact(low)} to ${compact(high)})`
}

function rateText(rate: number): string {
  return rate >= 100 ? exact(Math.round(rate)) : significant(rate, 3)
}

/** The remark stands behind the value, or below it where the line is full. */
function row(name: string, value: string, remark = ''): readonly string[] {
  const lines = wrap(value, VALUE_INDENT, `  ${name.padEnd(NAME_COLUMNS - 1)}`)
  if (remark === '') return lines
  const together = `${lines.at(-1)}   ${remark}`
  return together.length <= WIDTH_COLUMNS
    ? [...lines.slice(0, -1), together]
    : [...lines, ...wrap(remark, VALUE_INDENT, VALUE_INDENT)]
}
