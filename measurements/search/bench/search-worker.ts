// One core's share of the benchmark: a scene at a time.

import { parentPort } from 'node:worker_threads'
import type { ServiceLaw } from './queue.ts'
import { benchScene, flatteryOf, type Scene } from './search-bench.ts'

export type BenchTask =
  | { readonly scene: Scene; readonly searches: number; readonly budgetSeconds: number }
  | { readonly flattery: ServiceLaw }

parentPort?.on('message', (task: BenchTask) => {
  parentPort?.postMessage(
    'flattery' in task ? flatteryOf(task.flattery) : benchScene(task.scene, task.searches, task.budgetSeconds),
  )
})
