// The documented example, run for real: a ten-line server, a ten-line flow, one command, no engine but k6.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { endedCommand } from '../cli/ended-command.fixture.ts'
import { isSpoiltFromOutside } from '../contracts/judge.ts'
import type { InvalidCode, Outcome } from '../contracts/measurement.ts'
import { freePort } from '../engines/ports.ts'

const ROOT = join(import.meta.dirname, '..')
const EXAMPLES = 'docs/examples'
/** Ports are chosen beside those of other test runs on this machine. */
const PLACE = { id: process.pid.toString(16).padStart(10, '0') }
const PAGE = readFileSync(join(ROOT, 'docs/how-do-i-load-my-own-system.md'), 'utf8')

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})

/** What programs are promised. */
interface Contract {
  readonly verdict: string
  readonly flows: Readonly<Record<string, ContractFlow>>
}

interface ContractFlow {
  readonly verdict: string
  readonly reason: string
  readonly operatingPoint: unknown
  readonly steps: readonly Readonly<Record<string, unknown>>[]
}

/** The example listens on a port of its own choice: a free one is put in its place, and answered. */
async function exampleServer(changed: (code: string) => string = (code) => code): Promise<number> {
  const port = await freePort(PLACE)
  const code = readFileSync(join(ROOT, EXAMPLES, 'my-server.mjs'), 'utf8').replace('18099', String(port))
  const child = spawn(process.execPath, ['--input-type=module', '-e', changed(code)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  children.push(child)
  await vi.waitFor(
    () => {
      expect(child.exitCode).toBeNull()
      return fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) })
    },
    { timeout: 60_000, interval: 100 },
  )
  return port
}

interface Loaded {
  readonly code: number | null
  readonly document: Contract
  readonly text: string
  readonly runDir: string
}

async function load(port: number, signal: AbortSignal): Promise<Loaded> {
  const runDir = join(mkdtempSync(join(tmpdir(), 'headroom-example-')), 'run')
  const targets = ['--target', `http://127.0.0.1:${port}`, '--no-challenge', '--p99', '1s', '--error-rate', '2%']
  const profile = ['--profile', 'smoke', '--duration', '12s', '--run', runDir, '--json']
  const words = ['load', `${EXAMPLES}/my-flow.ts`, ...targets, ...profile]
  const { code, json, text } = await endedCommand('bootstrap.mjs', words, { signal })
  return { code, document: json, text, runDir }
}

function flowOf({ flows }: Contract): ContractFlow {
  const flow = flows['my-flow']
  if (flow === undefined) throw new Error('the document has no such flow')
  return flow
}

/** Beside other work on the machine no step is believed, neither a miss nor a pass: no test can have that otherwise. */
function wasDisturbed({ steps }: ContractFlow): boolean {
  const { outcome, invalid } = steps.at(-1) as { readonly outcome: Outcome; readonly invalid: readonly InvalidCode[] }
  return isSpoiltFromOutside(
    outcome,
    invalid.map((code) => ({ code })),
  )
}

describe('your own system', () => {
  it('is documented with the files that are there', () => {
    for (const file of ['my-server.mjs', 'my-flow.ts']) {
      expect(PAGE).toContain(readFileSync(join(ROOT, EXAMPLES, file), 'utf8'))
    }
  })

  it('passes by the documented steps: a verdict, a document on stdout, a report', async ({ signal }) => {
    const port = await exampleServer()
    const { code, document, runDir, text } = await load(port, signal)
    const flow = flowOf(document)
    const [wanted, verdict] = wasDisturbed(flow) ? [3, 'INVALID'] : [0, 'PASS']
    expect([code, document.verdict, flow.verdict], text).toEqual([wanted, verdict, verdict])
    expect(Object.keys(flow).sort()).toEqual(['operatingPoint', 'reason', 'steps', 'verdict'])
    expect(flow.steps[0]).toMatchObject({ offeredPerSecond: 40 })
    if (!wasDisturbed(flow))
      expect(flow.steps.at(-1)).toMatchObject({ outcome: expect.stringMatching(/^(pass|undecided)$/), invalid: [] })
    for (const figure of ['goodPerSecond', 'p99Ms', 'serviceP99Ms']) expect(flow.steps[0]?.[figure]).toBeGreaterThan(0)
    const report = readFileSync(join(runDir, 'report.html'), 'utf8')
    expect(report).toContain(`the target at http://127.0.0.1:${port}`)
    expect(report).not.toMatch(/one machine like this/i)
    expect(existsSync(join(runDir, 'flows', 'my-flow.js'))).toBe(true)
  })

  it('fails with exit code 99 when a check finds wrong answers', async ({ signal }) => {
    const port = await exampleServer((code) => code.replace('2.9', '(Math.random() < 0.3 ? 3.1 : 2.9)'))
    const { code, document } = await load(port, signal)
    const flow = flowOf(document)
    expect([code, flow.verdict]).toEqual(wasDisturbed(flow) ? [3, 'INVALID'] : [99, 'FAIL'])
    expect(flow.reason).toMatch(
      wasDisturbed(flow) ? /other work took|generator-/ : /my-flow: \d+ of \d+ requests were not answered rightly/,
    )
  })

  it('is INVALID with exit code 3 when nobody answers', async ({ signal }) => {
    const { code, document, text } = await load(await freePort(PLACE), signal)
    expect([code, document.verdict]).toEqual([3, 'INVALID'])
    expect(text.match(/ECONNREFUSED/g)?.length).toBe(1)
  })
})
