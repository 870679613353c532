// The whole benchmark, a worker per core.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Flattery, Scene, SceneRow } from './search-bench.ts'
import type { BenchTask } from './search-worker.ts'

export interface SearchBenchReport {
  readonly searches: number
  readonly budgetSeconds: number
  readonly rows: readonly SceneRow[]
  readonly arrivals: readonly Flattery[]
}

export interface BenchRun {
  readonly scenes: readonly Scene[]
  readonly searches: number
  readonly budgetSeconds: number
  readonly signal: AbortSignal
  onProgress(done: number, all: number): void
}

export async function runSearchBench({
  scenes,
  searches,
  budgetSeconds,
  signal,
  onProgress,
}: BenchRun): Promise<SearchBenchReport> {
  const tasks: readonly BenchTask[] = [
    ...scenes.map((scene) => ({ scene, searches, budgetSeconds })),
    ...[...new Set(scenes.map(({ law }) => law))].map((law) => ({ flattery: law })),
  ]
  const answers: (readonly (SceneRow | Flattery)[])[] = []
  let next = 0
  let done = 0
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL('./search-worker.ts', import.meta.url))
    const stop = () => void worker.terminate()
    signal.addEventListener('abort', stop)
    try {
      while (next < tasks.length && !signal.aborted) {
        const index = next++
        answers[index] = await answerOf(worker, tasks[index]!)
        onProgress(++done, tasks.length)
      }
    } finally {
      signal.removeEventListener('abort', stop)
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, lane))
  const all = answers.flat()
  return {
    searches,
    budgetSeconds,
    rows: all.filter((row): row is SceneRow => 'procedure' in row),
    arrivals: all.filter((row): row is Flattery => 'arrivals' in row),
  }
}

function answerOf(worker: Worker, task: BenchTask): Promise<readonly (SceneRow | Flattery)[]> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
    }
    const onMessage = (answer: readonly (SceneRow | Flattery)[]) => {
      settle()
      resolve(answer)
    }
    const onError = (error: Error) => {
      settle()
      reject(error)
    }
    const onExit = () => onError(new Error('the worker ended before it answered'))
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage(task)
  })
}
