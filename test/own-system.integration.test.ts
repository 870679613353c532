// The documented example, run for real: a ten-line server, a ten-line flow, one command, no engine but k6.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ENVIRONMENTAL_CODES, type InvalidCode } from '../contracts/measurement.ts'

const ROOT = join(import.meta.dirname, '..')
const EXAMPLES = 'docs/examples'
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

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['bootstrap.mjs', ...words], { cwd: ROOT })
  children.push(child)
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (part) => (text.stdout += part))
  child.stderr.on('data', (part) => (text.stderr += part))
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, ...text })))
}

/** The example listens on a port of its own choice: another one is put in its place. */
async function exampleServer(port: number, changed: (code: string) => string = (code) => code): Promise<void> {
  const code = readFileSync(join(ROOT, EXAMPLES, 'my-server.mjs'), 'utf8').replace('18099', String(port))
  const child = spawn(process.execPath, ['--input-type=module', '-e', changed(code)], { stdio: 'ignore' })
  children.push(child)
  for (let look = 0; look < 100; look++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the example server does not answer')
}

async function load(port: number): Promise<Ended & { readonly document: Contract; readonly runDir: string }> {
  const runDir = join(mkdtempSync(join(tmpdir(), 'headroom-example-')), 'run')
  const targets = ['--target', `http://127.0.0.1:${port}`, '--no-challenge', '--p99', '1s', '--error-rate', '2%']
  const profile = ['--profile', 'smoke', '--duration', '12s', '--run', runDir, '--json']
  const ended = await run(['load', `${EXAMPLES}/my-flow.ts`, ...targets, ...profile])
  return { ...ended, document: JSON.parse(ended.stdout), runDir }
}

function flowOf({ flows }: Contract): ContractFlow {
  const flow = flows['my-flow']
  if (flow === undefined) throw new Error('the document has no such flow')
  return flow
}

/** Beside other work on the machine no step is believed, neither a miss nor a pass: no test can have that otherwise. */
function wasDisturbed({ steps }: ContractFlow): boolean {
  const codes = (steps.at(-1)?.invalid ?? []) as readonly InvalidCode[]
  return codes.length > 0 && codes.every((code) => ENVIRONMENTAL_CODES.includes(code))
}

describe('your own system', () => {
  it('is documented with the files that are there', () => {
    for (const file of ['my-server.mjs', 'my-flow.ts']) {
      expect(PAGE).toContain(readFileSync(join(ROOT, EXAMPLES, file), 'utf8'))
    }
  })

  it('passes by the documented steps: a verdict, a document on stdout, a report', async () => {
    await exampleServer(28_099)
    const { exitCode, document, runDir, stderr } = await load(28_099)
    const flow = flowOf(document)
    const [code, verdict] = wasDisturbed(flow) ? [3, 'INVALID'] : [0, 'PASS']
    expect([exitCode, document.verdict, flow.verdict, stderr]).toEqual([code, verdict, verdict, expect.any(String)])
    expect(Object.keys(flow).sort()).toEqual(['operatingPoint', 'reason', 'steps', 'verdict'])
    expect(flow.steps[0]).toMatchObject({ offeredPerSecond: 40 })
    if (!wasDisturbed(flow)) {
      expect(flow.steps.map(({ outcome, invalid }) => ({ outcome, invalid }))).toEqual([
        { outcome: 'pass', invalid: [] },
      ])
    }
    for (const figure of ['goodPerSecond', 'p99Ms', 'serviceP99Ms']) expect(flow.steps[0]?.[figure]).toBeGreaterThan(0)
    const report = readFileSync(join(runDir, 'report.html'), 'utf8')
    expect(report).toContain('the target at http://127.0.0.1:28099')
    expect(report).not.toMatch(/one machine like this/i)
    expect(existsSync(join(runDir, 'flows', 'my-flow.js'))).toBe(true)
  })

  it('fails with exit code 99 when a check finds wrong answers', async () => {
    await exampleServer(28_100, (code) => code.replace('2.9', '(Math.random() < 0.3 ? 3.1 : 2.9)'))
    const { exitCode, document } = await load(28_100)
    const flow = flowOf(document)
    expect([exitCode, flow.verdict]).toEqual(wasDisturbed(flow) ? [3, 'INVALID'] : [99, 'FAIL'])
    expect(flow.reason).toMatch(
      wasDisturbed(flow) ? /other work took|generator-/ : /my-flow: \d+ of \d+ requests were not answered rightly/,
    )
  })

  it('is INVALID with exit code 3 when nobody answers', async () => {
    const { exitCode, document, stderr } = await load(28_101)
    expect([exitCode, document.verdict]).toEqual([3, 'INVALID'])
    expect(stderr.match(/ECONNREFUSED/g)?.length).toBe(1)
  })
})
