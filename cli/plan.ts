// `npm run plan`: what follows from plan.yaml: rows per table by month, and the peak.

import { FLOWS, type Interval, type ResolvedPlan } from '../contracts/plan.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { planOption } from './plan-option.ts'
import { runCommand } from './run-command.ts'

const HELP = `
Low and high are 90 % bounds: the plan's uncertain inputs, combined as
independent (docs/plan.md).

Examples:
  npm run plan                                plan.yaml of the checkout
  npm run plan -- --plan black-friday.yaml    another one
  npm run --silent plan -- --json             all that follows, for scripts`

await runCommand<{ plan: string }>(
  'plan',
  (program) =>
    program
      .description('Show rows per table by month and the peak rates that follow from the growth plan.')
      .addOption(planOption())
      .addHelpText('after', HELP),
  async ({ options }, { json }) => {
    const resolved = resolvePlan(await loadPlan(options.plan))
    process.stdout.write(json ? `${JSON.stringify(resolved, null, 2)}\n` : planText(resolved))
    return EXIT_CODES.pass
  },
)

function planText(resolved: ResolvedPlan): string {
  const { plan, peak, rowsByTable, months } = resolved
  const limit = plan.rowsPerTableLimit
  const fullest = Math.max(...rowsByTable)
  const lines = [
    `Plan "${plan.name}" ${resolved.planHash.slice(0, 12)}: ${plan.horizonYears} years from ${plan.start}, ${plan.shards} tables per family`,
    '',
    'month     orders in the month, million      rows per table at its end, million',
    '             low      mid     high             low      mid     high   of limit',
    ...months.map(({ month, orders, rowsPerTable }) => {
      const fill = `${((100 * rowsPerTable.mid) / limit).toFixed(0)} %`
      return `${month} ${millions(orders)}       ${millions(rowsPerTable)}  ${fill.padStart(9)}`
    }),
    '',
    `Orders in all    ${millions(resolved.totalOrders)} million`,
    `Tables           ${inMillions(Math.min(...rowsByTable))} … ${inMillions(fullest)} million rows (mid case), limit ${inMillions(limit)}; CV ${(100 * resolved.tableCv).toFixed(2)} %`,
    `Busiest day      ${peak.day}${peak.promotion ? ` (${peak.promotion})` : ''}: ${millions(peak.ordersPerDay)} million orders`,
    '',
    'requests per second    ordinary    busiest second: low, mid, high',
    ...FLOWS.map((flow) => {
      const { low, mid, high } = peak.ratePerSecond[flow]
      const peaks = [low, mid, high].map((rate) => perSecond(rate).padStart(10)).join('')
      return `${flow.padEnd(18)} ${perSecond(resolved.ordinaryRatePerSecond[flow]).padStart(12)}      ${peaks}`
    }),
  ]
  return `${lines.join('\n')}\n`
}

function millions({ low, mid, high }: Interval): string {
  return [low, mid, high].map((value) => inMillions(value).padStart(9)).join('')
}

function inMillions(value: number): string {
  return (value / 1e6).toFixed(2)
}

function perSecond(rate: number): string {
  return rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')
}
