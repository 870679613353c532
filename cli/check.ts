// `npm run check`: types of every runtime, unused code, lint and format. Changes nothing.

import { spawn } from 'node:child_process'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { CHECKOUT } from '../engines/place.ts'
import { runCommand } from './run-command.ts'

interface Check {
  readonly name: string
  readonly args: readonly string[]
}

const CHECKS: readonly Check[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--project', '.'] },
  { name: 'types of the k6 scripts', args: ['node_modules/typescript/bin/tsc', '--project', 'scenarios'] },
  { name: 'types of the report page', args: ['node_modules/typescript/bin/tsc', '--project', 'reports/browser'] },
  { name: 'unused files, exports and dependencies', args: ['node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'lint and format', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'] },
]

await runCommand(
  'check',
  (program) => {
    program.description('Types, unused code, lint and format of the whole tree. Exit 1 when anything is amiss.')
  },
  async (_, { json, say, signal }) => {
    const checks: { readonly name: string; readonly passed: boolean }[] = []
    for (const check of CHECKS) {
      const passed = await passes(check, signal)
      say(`${passed ? 'ok  ' : 'FAIL'} ${check.name}`)
      checks.push({ name: check.name, passed })
    }
    if (json) process.stdout.write(`${JSON.stringify({ checks })}\n`)
    return checks.every(({ passed }) => passed) ? EXIT_CODES.pass : EXIT_CODES.fault
  },
)

/** The checker's own findings go to stderr, so that stdout stays empty. */
function passes({ args }: Check, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: CHECKOUT,
      stdio: ['ignore', process.stderr, process.stderr],
      signal,
    })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code === 0))
  })
}
