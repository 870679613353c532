// Waits until an engine answers as it should, and says why when it does not.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'

const PROBE_EVERY_MS = 200
const TAIL_BYTES = 8192
const TAIL_LINES = 12

export interface HealthWait<T> {
  /** As people call it: `MariaDB`. */
  readonly engine: string
  readonly limitMs: number
  readonly signal: AbortSignal
  /** Resolves with what it found, throws while the engine is not ready. */
  probe(): Promise<T>
  /** How the engine ended, once it has. */
  ended(): string | undefined | Promise<string | undefined>
  /** The end of what the engine wrote. */
  tail(): readonly string[] | Promise<readonly string[]>
}

export async function waitUntilHealthy<T>(wait: HealthWait<T>): Promise<T> {
  const startedAtMs = Date.now()
  for (;;) {
    wait.signal.throwIfAborted()
    try {
      return await wait.probe()
    } catch (error) {
      wait.signal.throwIfAborted()
      const ended = await wait.ended()
      const late = Date.now() - startedAtMs > wait.limitMs
      if (ended || late || error instanceof Refusal) throw await failure(wait, ended, error)
    }
    await sleep(PROBE_EVERY_MS, undefined, { signal: wait.signal })
  }
}

async function failure<T>(wait: HealthWait<T>, ended: string | undefined, error: unknown): Promise<Refusal> {
  if (error instanceof Refusal) return error
  const last = error instanceof Error ? error.message : String(error)
  const tail = await wait.tail()
  return new Refusal({
    what: `${wait.engine} did not start`,
    why: [
      ended ? `it ${ended}` : `it did not answer within ${wait.limitMs / 1000} s; the last attempt: ${last}`,
      ...(tail.length > 0 ? [`the end of its log:\n${tail.join('\n')}`] : []),
    ],
    wayOut: 'npm run doctor shows free memory and disk and where each engine would come from.',
    exitCode: EXIT_CODES.fault,
  })
}

export function tailOf(logPath: string): string[] {
  let file: number | undefined
  try {
    file = openSync(logPath, 'r')
    const { size } = fstatSync(file)
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
    readSync(file, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8').trimEnd().split('\n').slice(-TAIL_LINES).filter(Boolean)
  } catch {
    return []
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
