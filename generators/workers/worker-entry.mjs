// Node 22.18 and later run TypeScript by themselves, also in threads. Older ones need tsx, whose --import hook registers
// in the main thread only: so it is registered here.

import module from 'node:module'
import { workerData } from 'node:worker_threads'

// Each thread compiles for itself; what the main thread keeps compiled is shared.
if (workerData.compileCache) module.enableCompileCache(workerData.compileCache)
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api')
  register()
}
await import(workerData.module)
