// The end of every command that measured something: draw the report, print the verdicts, and say them in the exit code.

import type { InvalidReason } from '../contracts/measurement.ts'
import { EXIT_CODE_OF, type ExitCode } from '../contracts/refusal.ts'
import { writeReport } from '../reports/write-report.ts'
import type { CommandContext } from './run-command.ts'
import { verdictText } from './verdict-text.ts'

/** `found`: what spoils the run beside what it says itself. With --json the whole of capacity.json goes to stdout, else the verdicts as text. */
export async function finishRun(
  runDir: string,
  { json, say }: Pick<CommandContext, 'json' | 'say'>,
  found: readonly InvalidReason[] = [],
): Promise<ExitCode> {
  const { capacity, reportPath } = await writeReport(runDir, found)
  if (json) process.stdout.write(`${JSON.stringify(capacity, null, 2)}\n`)
  else process.stdout.write(verdictText(capacity))
  say(`Report: ${reportPath}`)
  return EXIT_CODE_OF[capacity.verdict]
}
