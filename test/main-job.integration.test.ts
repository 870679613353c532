// `npm start` as a user runs it: in a checkout of its own, from engines to verdict, interrupted, and with an engine lost.
// What it seeded then serves a drill.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Capacity } from '../contracts/capacity.ts'
import { FLOWS } from '../contracts/plan.ts'
import { EXIT_CODE_OF, EXIT_CODES } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import type { DrillReport } from '../measurements/drill/drill.ts'
import type { FlowEffect } from '../measurements/drill/fault-effect.ts'
import { type CheckoutCopy, copyCheckout } from './checkout-copy.ts'
import { mistakesBy } from './published-schema.ts'

// Rows enough for every flow to find orders, time enough to hold one rate of each: the verdict is not what is asserted.
const SMALL = ['--scale', '0.00002', '--load-seconds', '190', '--json']
const FAULTS = ['redis-stalled', 'search-stalled', 'mysql-restarted']
const DRILL = ['--fault', ...FAULTS, '--fault-seconds', '3', '--calm-seconds', '4', '--json']
const LIMIT_MS = 600_000

interface Job {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string }>
}

let copy: CheckoutCopy

beforeAll(() => {
  copy = copyCheckout()
})
afterAll(() => {
  copy.remove()
})

function start(words: readonly string[] = ['start', ...SMALL]): Job {
  const child = spawn(process.execPath, ['bootstrap.mjs', ...words], {
    cwd: copy.folder,
    detached: true, // a process group of its own, so that it can be interrupted as a terminal does
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HEADROOM_ENGINES: 'programs' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data) => (stdout += data))
  child.stderr?.on('data', (data) => (stderr += data))
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout }))
  })
  return { child, said: () => stderr, ended }
}

async function untilSaid(job: Job, pattern: RegExp): Promise<void> {
  const deadlineMs = Date.now() + LIMIT_MS / 2
  while (!pattern.test(job.said())) {
    if (Date.now() > deadlineMs || job.child.exitCode !== null) throw new Error(`never said ${pattern}:\n${job.said()}`)
    await sleep(100)
  }
}

function newestRun(): string {
  const [name] = readdirSync(join(copy.folder, 'runs')).toSorted().toReversed()
  return join(copy.folder, 'runs', name ?? '')
}

describe.runIf(process.env.HEADROOM_TEST_ENGINES !== 'containers')('npm start', () => {
  it('interrupted while seeding: ends with 130 and leaves no process behind', { timeout: LIMIT_MS }, async () => {
    const job = start()
    await untilSaid(job, /rows of 3 years/)
    process.kill(-(job.child.pid as number), 'SIGINT')
    expect((await job.ended).code).toBe(EXIT_CODES.interrupted)
    expect(copy.processes()).toEqual([])
  })

  it('goes on after an interrupt: report, verdict, exit code, nothing left running', {
    timeout: LIMIT_MS,
  }, async () => {
    const job = start()
    const { code, stdout } = await job.ended
    const capacity = JSON.parse(stdout) as Capacity
    expect(code).toBe(EXIT_CODE_OF[capacity.verdict])
    expect(capacity.flows.map(({ flow }) => flow)).toEqual(FLOWS)
    expect(mistakesBy('capacity', capacity)).toEqual([])
    const measurements = JSON.parse(readFileSync(join(newestRun(), RUN_FILES.measurements), 'utf8'))
    expect(mistakesBy('measurements', measurements)).toEqual([])
    expect(existsSync(join(newestRun(), RUN_FILES.report))).toBe(true)
    expect(job.said()).toContain(RUN_FILES.report)
    expect(copy.processes()).toEqual([])
  })

  it('npm run drill: Redis and Elasticsearch stalled, MySQL killed; what was refused is told, no order lost or too many', {
    timeout: LIMIT_MS,
  }, async () => {
    const job = start(['drill', ...DRILL])
    const { code, stdout } = await job.ended
    expect([EXIT_CODES.pass, EXIT_CODES.fail], `${stdout}\n${job.said()}`).toContain(code)
    const { faults, orders } = JSON.parse(stdout) as DrillReport
    expect(faults.map(({ name }) => name)).toEqual(FAULTS)
    // A machine that does other work too refuses one now and then.
    for (const flow of ['list', 'detail', 'checkout']) expect(failedShare(faults[1]?.flows[flow])).toBeLessThan(0.1)
    expect(faults[2]?.flows.list?.failures).not.toEqual([])
    expect(orders).toMatchObject({ missing: 0, wrong: 0, excess: 0 })
    expect(orders.acknowledged).toBeGreaterThan(0)
    expect(code).toBe(EXIT_CODES.pass)
    expect(copy.processes()).toEqual([])
  })

  it('Elasticsearch killed under load: never PASS, and the reason is said', { timeout: LIMIT_MS }, async () => {
    const job = start()
    await untilSaid(job, /^ +\d+ +(?!warm-up)\S+ +offered/m)
    for (const process_ of copy.processes().filter((line) => line.includes('org.elasticsearch'))) {
      process.kill(Number.parseInt(process_, 10), 'SIGKILL')
    }
    const { code, stdout } = await job.ended
    expect([EXIT_CODES.invalid, EXIT_CODES.fail]).toContain(code)
    expect((JSON.parse(stdout) as Capacity).verdict).not.toBe('PASS')
    expect(job.said()).toMatch(/elasticsearch/i)
    expect(copy.processes()).toEqual([])
  })
})

function failedShare(effect: FlowEffect | undefined): number {
  const failed = (effect?.failures ?? []).reduce((all, { count }) => all + count, 0)
  return failed / (effect?.requests ?? 0)
}
