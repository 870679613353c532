// The end of a load: its report, its verdicts, one JSON document for programs, and the exit code.

import type { Measurements } from '../contracts/measurement.ts'
import { EXIT_CODE_OF, type ExitCode } from '../contracts/refusal.ts'
import { protectionLines } from '../measurements/protection-cost.ts'
import { verdictLines } from '../measurements/step-lines.ts'
import { verdictOf } from '../measurements/verdict.ts'
import { writeReport } from '../reports/write-report.ts'
import type { CommandContext } from './run-command.ts'

export async function finishLoad(
  measurements: Measurements,
  runDir: string,
  { say, json }: Pick<CommandContext, 'say' | 'json'>,
): Promise<ExitCode> {
  const { capacity, reportPath } = await writeReport(runDir)
  for (const line of verdictLines(measurements)) say(line)
  if (measurements.protection) for (const line of protectionLines(measurements.protection)) say(line)
  const broken = capacity.claims.filter(({ subject, verdict }) => subject === 'evidence' && verdict === 'INVALID')
  // What spoilt the whole run stands above already.
  const told = measurements.invalid.map(({ code, evidence }) => `${code}: ${evidence}`)
  for (const { id, reason } of broken) if (!told.includes(reason)) say(`  ${id}: ${reason}`)
  const verdict = verdictOf(measurements, broken.length > 0)
  // The report asks more than most profiles do: a smoke says nothing about the peak, and is no less passed for that.
  if (capacity.verdict !== verdict) {
    const more = capacity.claims.filter((claim) => claim.verdict === capacity.verdict).map(({ id }) => id)
    say(`The report, which asks more than this load, is ${capacity.verdict}: ${more.join(', ')}`)
  }
  say(`Report: ${reportPath}`)
  if (json) process.stdout.write(`${JSON.stringify(answerOf(measurements, { runDir, reportPath, verdict }))}\n`)
  return EXIT_CODE_OF[verdict]
}

function answerOf(measurements: Measurements, about: object) {
  const { protection } = measurements
  return { ...about, flows: flowsOf(measurements), ...(protection && { protection }) }
}

/** What programs read: one entry per load. In a step of several flows each has its own percentiles, below `flows`. */
function flowsOf({ results, steps }: Measurements) {
  return Object.fromEntries(
    results.map(({ load, verdict, operatingPoint, reason }) => {
      const own = steps.filter((step) => step.load === load && step.kind !== 'warm-up')
      return [load, { verdict, operatingPoint, reason, steps: own.map(stepFields) }]
    }),
  )
}

function stepFields({
  kind,
  offeredPerSecond,
  goodPerSecond,
  flows,
  judgement,
  invalid,
}: Measurements['steps'][number]) {
  const percentiles = Object.entries(flows).map(([flow, { latency, service }]) => [
    flow,
    { p99Ms: latency.p99Ms, serviceP99Ms: service.p99Ms },
  ])
  const [only, ...others] = Object.values(flows)
  const isOne = only !== undefined && others.length === 0
  return {
    kind,
    offeredPerSecond,
    goodPerSecond,
    p99Ms: isOne ? only.latency.p99Ms : null,
    serviceP99Ms: isOne ? only.service.p99Ms : null,
    ...(isOne ? {} : { flows: Object.fromEntries(percentiles) }),
    outcome: kind === 'probe' ? 'probe' : judgement.outcome,
    invalid: invalid.map(({ code }) => code),
  }
}
