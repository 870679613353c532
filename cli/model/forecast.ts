// Op `forecast`: rows by month, the odds under an uncertain total, or arrivals per second.

import { arrivalRates, forecastRows } from '../../reports/capacity-model/growth.ts'
import { totalGrowthExceedance } from '../../reports/capacity-model/total-growth.ts'
import { ask, type ModelOp } from './op.ts'
import { count, isObject, list, number, positive, record, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

const rows = number({ atLeast: 0 })

const byMonth = {
  shape: record({
    startRows: withDefault(rows, 0),
    monthlyRows: rows,
    monthlyGrowth: withDefault(number({ above: -1, atMost: 10 }), 0),
    promotions: withDefault(
      list(record({ month: count({ atMost: 12 }), factor: number({ atLeast: 0, atMost: 1000 }) }), { atMost: 100 }),
      [],
    ),
    startMonth: withDefault(count({ atMost: 12 }), 1),
    limit: positive(),
    seed: SEED,
  }),
  answer: forecastRows,
}

const underUncertainTotal = {
  shape: record({
    totalMedian: positive(),
    sigma: number({ atLeast: 0, atMost: 10 }),
    shards: count({ atMost: 1e6 }),
    cvTable: withDefault(number({ atLeast: 0, atMost: 10 }), 0),
    limit: positive(),
    seed: SEED,
  }),
  answer: totalGrowthExceedance,
}

const perSecond = {
  shape: record({
    totalRows: positive(),
    years: positive({ atMost: 100 }),
    yearlyGrowth: withDefault(number({ above: -1, atMost: 100 }), 0),
    seed: SEED,
  }),
  answer: arrivalRates,
}

export const op: ModelOp = {
  about: `Three questions, told apart by their fields.
startRows, monthlyRows, …, limit: rows of one table at the end of each month and
  the month they exceed the limit.
  startMonth is the calendar month of index 1 (default 1); monthlyRows its
  inserts before any promotion. Of two promotions in the same month the larger
  factor counts; they do not multiply.
totalMedian, sigma, shards, cvTable, limit: P(any table > limit) when the total
  is log-normal.
totalRows, years, yearlyGrowth: mean, first and last arrivals per second, which
  are not the peak.`,
  example: {
    startRows: 10_000_000,
    monthlyRows: 500_000,
    monthlyGrowth: 0.03,
    promotions: [{ month: 11, factor: 2 }],
    startMonth: 1,
    limit: 50_000_000,
  },
  run: (input) => {
    if (isObject(input) && 'totalMedian' in input) return ask(underUncertainTotal, input)
    if (isObject(input) && 'totalRows' in input) return ask(perSecond, input)
    return ask(byMonth, input)
  },
}
