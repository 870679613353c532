// Node 22.18 and later run TypeScript by themselves, also in threads. Older ones need tsx, whose --import hook registers
// in the main thread only: so it is registered here.

import { workerData } from 'node:worker_threads'

if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
await import(workerData.module)
