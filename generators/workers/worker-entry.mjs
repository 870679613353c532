// Threads do not inherit tsx (its --import hook registers in the main thread only): register it here, then run TypeScript.

import { workerData } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
await import(workerData.module)
