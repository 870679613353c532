// Worker threads that run TypeScript, one task each at a time.

import module from 'node:module'
import { Worker } from 'node:worker_threads'
import { Refusal } from '../../contracts/refusal.ts'
import type { SeedAnswer, SeedJob, SeedTask } from './seed-task.ts'

const ENTRY = new URL('./worker-entry.mjs', import.meta.url)
const SEED_WORKER = new URL('./seed-worker.ts', import.meta.url).href

/** Rows and bodies lie outside the heap: without a limit each thread's short-lived objects take up to 48 MB of memory. */
const YOUNG_MB = 8

export interface SeedThread {
  /** One task at a time. `onRows` hears of the rows of each chunk that is committed. */
  run(task: SeedTask, onRows?: (rows: number) => void): Promise<void>
}

export class WorkerPool {
  readonly threads: readonly SeedThread[]
  readonly #workers: readonly Worker[]

  constructor(size: number, job: SeedJob) {
    const workerData = { ...job, module: SEED_WORKER, compileCache: module.getCompileCacheDir?.() }
    this.#workers = Array.from(
      { length: size },
      () => new Worker(ENTRY, { workerData, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } }),
    )
    this.threads = this.#workers.map((worker) => ({ run: (task, onRows) => ask(worker, task, onRows) }))
  }

  /** Ends the threads at once: the server rolls back what they had not committed. */
  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

function ask(worker: Worker, task: SeedTask, onRows?: (rows: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: SeedAnswer) => {
      if (answer.kind === 'rows') return onRows?.(answer.rows)
      settle()
      if (answer.kind === 'done') resolve()
      else if (answer.kind === 'refused') reject(new Refusal(answer.refusal))
      else reject(Object.assign(new Error(answer.message), { stack: answer.stack }))
    }
    const onError = (error: Error) => {
      settle()
      reject(error)
    }
    const onExit = () => onError(new Error('a seeding thread ended'))
    const settle = () => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', onExit)
    }
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage(task)
  })
}
