import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { OUTCOME_OK } from '../contracts/journal.ts'
import { loadPlan } from '../plan/load-plan.ts'
import { resolvePlan } from '../plan/resolve-plan.ts'
import { simulatedRun } from './fixtures/simulated-run.ts'
import { loadOf } from './load.ts'
import { isHopeless, LoadRun, type LoadRunContext } from './load-run.ts'

const plan = resolvePlan(await loadPlan('plan.yaml'))
const list = loadOf('list', plan.plan)
const RESET = { totalMs: 1, outcome: 'error: read: connection reset by peer' }

let server: Server | undefined
afterEach(() => void server?.close())

async function listening(): Promise<string> {
  const made = createServer((_, response) => response.end('here'))
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`
}

/** Answers up to 100/s, and closes every connection beyond. */
async function stepsAt(baseUrl: string, rates: readonly number[]) {
  const simulated = simulatedRun(list, plan, {
    answer: ({ ratePerSecond }) => (ratePerSecond > 100 ? RESET : { totalMs: 5, outcome: OUTCOME_OK }),
  })
  const context = { ...simulated.context, target: { baseUrl, kind: 'http' }, onStep: async () => {} }
  const run = new LoadRun(list, context as unknown as LoadRunContext)
  const steps = []
  for (const ratePerSecond of rates) {
    const { made, leadInMs } = await simulated.open({ segments: [{ ratePerSecond, seconds: 10 }] })
    steps.push(await run.step(made, 'measured', { fromMs: leadInMs, toMs: leadInMs + 10_000 }))
  }
  return steps
}

describe('a window in which nothing was answered', () => {
  it('is a miss where the target answered before and answers after', async () => {
    const [, overloaded] = await stepsAt(await listening(), [50, 200])
    expect(overloaded?.judgement).toMatchObject({ outcome: 'fail', flows: { list: { by: ['errors'] } } })
    expect(isHopeless(overloaded!)).toBe(false)
  })

  it('is that of a dead target where it never answered', async () => {
    const [first] = await stepsAt(await listening(), [200])
    expect(first?.invalid.map(({ code }) => code)).toEqual(['target-dead'])
    expect(isHopeless(first!)).toBe(true)
  })

  it('is that of a dead target where it answers no more', { timeout: 20_000 }, async () => {
    const [, dead] = await stepsAt('http://127.0.0.1:9', [50, 200])
    expect(dead?.invalid.map(({ code }) => code)).toEqual(['target-dead'])
  })
})
