import { afterEach, describe, expect, it } from 'vitest'
import { openStartGate, type StartGate } from './start-gate.ts'

let gate: StartGate | undefined
afterEach(async () => {
  await gate?.close()
  gate = undefined
})

const ask = async ({ url }: StartGate) => {
  const response = await fetch(url)
  return { status: response.status, text: await response.text() }
}

describe('the start gate', () => {
  it('tells everybody the same moment, once all are there', async () => {
    gate = await openStartGate({ waitFor: 3, startAtMs: null })
    let answered = 0
    const early = [ask(gate), ask(gate)].map((one) => one.finally(() => (answered += 1)))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(answered).toBe(0)
    const before = Date.now()
    const all = await Promise.all([...early, ask(gate)])
    expect(new Set(all.map(({ text }) => text)).size).toBe(1)
    expect(Number(all[0]?.text)).toBeGreaterThan(before)
  })

  it('keeps to a moment that was agreed', async () => {
    const startAtMs = Date.now() + 3_000
    gate = await openStartGate({ waitFor: 1, startAtMs })
    expect(await ask(gate)).toEqual({ status: 200, text: String(startAtMs) })
  })

  it('turns away who comes after it', async () => {
    gate = await openStartGate({ waitFor: 1, startAtMs: Date.now() - 10 })
    const { status, text } = await ask(gate)
    expect(status).toBe(410)
    expect(text).toMatch(/^it was to begin [0-9]+ ms ago$/)
  })

  it('leaves nobody waiting when it is closed', async () => {
    const closing = await openStartGate({ waitFor: 2, startAtMs: null })
    const waiting = ask(closing).then(
      () => 'answered',
      () => 'turned away',
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    await closing.close()
    expect(await waiting).toBe('turned away')
  })
})
