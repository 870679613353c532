// Rows of one table month by month, and what a total over years means per second.

import type {
  ArrivalsAnswer,
  ArrivalsQuestion,
  MonthRows,
  RowsAnswer,
  RowsQuestion,
} from '../../contracts/capacity-model/forecast.ts'

/** Shown even when the limit is passed sooner: three years, the plan's own horizon. */
const SHOWN_MONTHS = 36
/** Fifty years: a table that holds so long needs no date. */
const LAST_MONTH = 600
const SECONDS_PER_YEAR = 365 * 86_400

export function forecastRows(question: RowsQuestion): RowsAnswer {
  const months: MonthRows[] = []
  let rows = question.startRows
  let crossing: MonthRows | null = rows > question.limit ? { index: 0, rows } : null
  for (let index = 1; index <= LAST_MONTH && (index <= SHOWN_MONTHS || crossing === null); index++) {
    rows += insertsOf(question, index)
    months.push({ index, rows })
    if (crossing === null && rows > question.limit) crossing = { index, rows }
  }
  if (crossing !== null) return { months, crossing }
  return { months: months.slice(0, SHOWN_MONTHS), crossing, crossingReason: whyNoCrossing(question, rows) }
}

/**
 * Inserts of month `index` (1-based): compound growth times the promotion of its calendar month. Where two fall into one
 * month the larger counts, as for two promotions on one day of a plan.
 */
export function insertsOf(question: RowsQuestion, index: number): number {
  const calendarMonth = ((question.startMonth - 1 + index - 1) % 12) + 1
  const factors = question.promotions.flatMap(({ month, factor }) => (month === calendarMonth ? factor : []))
  const promoted = factors.length === 0 ? 1 : Math.max(...factors)
  return question.monthlyRows * (1 + question.monthlyGrowth) ** (index - 1) * promoted
}

function whyNoCrossing(question: RowsQuestion, rows: number): string {
  const where = `after ${LAST_MONTH} months the table holds ${Math.round(rows)} rows, within the limit of ${question.limit}`
  return question.monthlyGrowth < 0 || question.monthlyRows === 0
    ? `not-reached: ${where} and inserts do not grow`
    : `not-reached: ${where}`
}

/** Arrivals that grow continuously by `yearlyGrowth` a year and sum to the total: r₀ = total·ln(1+g)/((1+g)^Y − 1). */
export function arrivalRates({ totalRows, years, yearlyGrowth }: ArrivalsQuestion): ArrivalsAnswer {
  const perYear = Math.log1p(yearlyGrowth)
  const growing = Math.abs(perYear * years) < 1e-12 ? 1 / years : perYear / Math.expm1(perYear * years)
  const startPerSecond = (totalRows * growing) / SECONDS_PER_YEAR
  return {
    meanPerSecond: totalRows / years / SECONDS_PER_YEAR,
    startPerSecond,
    endPerSecond: startPerSecond * Math.exp(perYear * years),
    peakWarning:
      'These are averages over day and night, ordinary and promotion days. The peak second is many times higher: never size for them.',
  }
}
