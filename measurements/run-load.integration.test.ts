// Whole loads, and everything that must not end in a PASS.

import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, inject, it } from 'vitest'
import type { Measurements } from '../contracts/measurement.ts'
import { removeOrderIndex } from '../sut/test-system.setup.ts'
import { datasetFixture } from './fixtures/dataset.ts'
import { gateTo } from './fixtures/gate.ts'
import { journalsOf, onDisk, processesThatName, testLoad, wasDisturbed } from './fixtures/load.setup.ts'
import { type Answering, type OrderServer, startOrderServer } from './fixtures/order-server.ts'
import { verdictOf } from './verdict.ts'

/** k6 has begun by then, also on a slow machine, and is not through for long. */
const BROKEN_AFTER_MS = 4_000

const closing: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (let one = closing.pop(); one; one = closing.pop()) await one.close()
})

async function orderServer(answering: Answering = {}): Promise<OrderServer> {
  const server = await startOrderServer(answering)
  closing.push(server)
  return server
}

const codesOf = ({ invalid }: Pick<Measurements, 'invalid'>) => invalid.map(({ code }) => code)

describe('runLoad', () => {
  it('measures windows of journals, after a warm-up, with evidence beside it', async () => {
    const run = await testLoad(await orderServer({ delayMs: () => 5 }), { durationSeconds: 6 })
    const { steps, invalid, conditions, datasetFingerprint, tables } = run.measurements
    expect(invalid).toEqual([])
    expect(steps.filter(({ kind }) => kind === 'warm-up').length).toBeGreaterThanOrEqual(1)
    const measured = steps.filter(({ kind }) => kind === 'measured')
    expect(measured.length).toBeGreaterThanOrEqual(1)
    for (const step of measured) {
      expect(step).toMatchObject({ offeredPerSecond: 100, arrivals: 'poisson', load: 'list' })
      expect(step.flows.list).toMatchObject({ errors: 0 })
      expect(step.flows.list?.iterations).toBeGreaterThan(550)
      expect(step.flows.list?.service.p50Ms).toBeGreaterThanOrEqual(4)
      expect(step.components.find(({ name }) => name === 'k6')?.cpuSeconds).toBeGreaterThan(0)
      expect(step.generatorCpu).toBeGreaterThan(0)
    }
    const inJournals = (await journalsOf(run)).reduce((sum, { entries }) => sum + entries.length, 0)
    const inSteps = steps.reduce((sum, { flows }) => sum + (flows.list?.iterations ?? 0), 0)
    // What was due in a lead-in is in no window.
    expect(inJournals).toBeGreaterThan(inSteps)
    expect(conditions.versions.k6).toBe('2.2.0')
    expect([datasetFingerprint, tables]).toEqual(['fixture-1000', []])
    expect(await onDisk(run.runDir)).toEqual(run.measurements)
  })

  it('lets no new connection into a window', async () => {
    const run = await testLoad(await orderServer({ delayMs: () => 5 }), { durationSeconds: 4 })
    const step = run.measurements.steps.findLast(({ kind }) => kind === 'measured')
    const journal = (await journalsOf(run)).at(-1)
    const own = (journal?.entries ?? []).filter(
      ({ dueMs }) => dueMs >= (step?.fromMs ?? 0) && dueMs < (step?.toMs ?? 0),
    )
    expect(own.length).toBeGreaterThan(300)
    const first = Math.min(...own.map(({ iteration }) => iteration))
    // Every user takes one of the first requests: as many as there are users.
    expect(first).toBeGreaterThanOrEqual(100)
  })

  it('searches the operating point by probes and confirms, within its time', async () => {
    const run = await testLoad(await orderServer({ delayMs: () => 5 }), { profile: 'knee', budgetSeconds: 45 })
    const { steps, results } = run.measurements
    expect(steps.filter(({ kind }) => kind === 'measured').length).toBeGreaterThanOrEqual(1)
    expect(results.map(({ load }) => load)).toEqual(['list'])
    expect(results[0]?.reason).toMatch(/\S/)
    expect(new Set(steps.map(({ journal }) => journal)).size).toBe(steps.length)
  })

  it('is INVALID on a dead target', async () => {
    const { measurements } = await testLoad({ baseUrl: 'http://127.0.0.1:9' }, {})
    expect(codesOf(measurements)).toEqual(['target-dead'])
    expect(measurements.steps).toEqual([])
    expect(verdictOf(measurements)).toBe('INVALID')
  })

  it('is INVALID when the target holds no data', async () => {
    const { measurements } = await testLoad(await orderServer({ dataset: null }), {})
    expect(codesOf(measurements)).toEqual(['data-incomplete'])
  })

  it('is INVALID at once when Elasticsearch knows none of the seeded orders', async () => {
    const engines = inject('engines')
    await removeOrderIndex(engines.elasticsearch.url)
    const { measurements } = await testLoad(await orderServer({ dataset: datasetFixture() }), { engines })
    expect(measurements.invalid).toEqual([
      { code: 'data-incomplete', evidence: 'the search index holds 0 documents of 64000 seeded orders' },
    ])
    expect(measurements.steps).toEqual([])
  })

  it('is INVALID when the target dies in mid-load, and ends there', async () => {
    const server = await orderServer()
    setTimeout(() => void server.close(), BROKEN_AFTER_MS)
    const { measurements } = await testLoad(server, { durationSeconds: 40, budgetSeconds: 120 })
    expect(codesOf(measurements)).toContain('engine-lost')
    expect(measurements.invalid[0]?.evidence).toMatch(/^target: .*ECONNREFUSED/)
    expect(verdictOf(measurements)).toBe('INVALID')
  })

  it('is INVALID when the target says that it lost Elasticsearch, for a flow that does not need it', async () => {
    let state = 'ok'
    const server = await orderServer({ health: () => ({ mysql: 'ok', elasticsearch: state }) })
    setTimeout(() => (state = 'down'), BROKEN_AFTER_MS)
    const { measurements } = await testLoad(server, { durationSeconds: 40, budgetSeconds: 120 })
    expect(measurements.invalid[0]).toMatchObject({
      code: 'engine-lost',
      evidence: expect.stringContaining('elasticsearch'),
    })
    expect(verdictOf(measurements)).toBe('INVALID')
  })

  it('is INVALID when Elasticsearch itself goes away in mid-load', async () => {
    const engines = inject('engines')
    const gate = await gateTo(engines.elasticsearch.url)
    closing.push(gate)
    setTimeout(() => void gate.close(), BROKEN_AFTER_MS)
    const { measurements } = await testLoad(await orderServer(), {
      durationSeconds: 40,
      budgetSeconds: 120,
      engines: { ...engines, elasticsearch: { ...engines.elasticsearch, url: gate.url } },
    })
    expect(measurements.invalid[0]).toMatchObject({
      code: 'engine-lost',
      evidence: expect.stringMatching(/^elasticsearch: /),
    })
    expect(verdictOf(measurements)).toBe('INVALID')
  })

  it('fails, and is not INVALID, when the target refuses', async () => {
    const server = await orderServer({ status: () => 503 })
    const { measurements } = await testLoad(server, { profile: 'smoke', durationSeconds: 6 })
    const measured = measurements.steps.filter(({ kind }) => kind === 'measured')
    expect(measured[0]?.flows.list?.good).toBe(0)
    expect(measured[0]?.flows.list?.failures[0]?.what).toBe('status 503 fixture-says-no')
    expect(measurements.invalid).toEqual([])
    const isDisturbed = wasDisturbed({ measurements })
    expect(verdictOf(measurements)).toBe(isDisturbed ? 'INVALID' : 'FAIL')
    if (!isDisturbed) expect(measured.at(-1)?.invalid).toEqual([])
  })

  it('fails a mix for its checkouts alone, and names them', async () => {
    let checkouts = 0
    const server = await orderServer({
      status: (_, method) => {
        if (method !== 'POST') return undefined
        checkouts += 1
        return checkouts % 10 === 0 ? 503 : undefined
      },
    })
    const { measurements } = await testLoad(server, {
      loads: ['mix'],
      ratePerSecond: 200,
      durationSeconds: 25,
    })
    const [result] = measurements.results
    const mix = measurements.steps.findLast(({ kind }) => kind === 'measured')
    expect(mix?.flows.checkout?.errors).toBeGreaterThan(0)
    const isDisturbed = wasDisturbed({ measurements })
    expect(result?.verdict).toBe(isDisturbed ? 'INVALID' : 'FAIL')
    if (isDisturbed) return
    expect(mix?.judgement.flows.checkout).toMatchObject({ outcome: 'fail', by: expect.arrayContaining(['errors']) })
    expect(result?.reason).toMatch(/checkout had .* errors/)
  })

  it('leaves evidence that claims nothing when it is interrupted, and no k6', async () => {
    const interrupt = new AbortController()
    const { measurements, runDir } = await testLoad(await orderServer(), {
      durationSeconds: 60,
      budgetSeconds: 200,
      signal: interrupt.signal,
      onStep: () => void setTimeout(() => interrupt.abort(), 2000),
    })
    expect(codesOf(measurements)).toContain('interrupted')
    expect(codesOf(await onDisk(runDir))).toContain('interrupted')
    expect(verdictOf(measurements)).toBe('INVALID')
    expect(await processesThatName(runDir)).toEqual([])
  })

  it('looks cut off on disk until it ends', async () => {
    const seen: string[][] = []
    const runs: Promise<void>[] = []
    const runDir = await mkdtemp(join(tmpdir(), 'headroom-load-'))
    await testLoad(await orderServer(), {
      runDir,
      profile: 'smoke',
      durationSeconds: 4,
      onStep: () => void runs.push(onDisk(runDir).then((partial) => void seen.push(codesOf(partial)))),
    })
    await Promise.all(runs)
    expect(seen.length).toBeGreaterThanOrEqual(2)
    for (const codes of seen.slice(0, -1)) expect(codes).toEqual(['interrupted'])
    expect(codesOf(await onDisk(runDir))).toEqual([])
  })
})
