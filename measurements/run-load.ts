// A load, from the first question to the target to `measurements.json`.

import { availableParallelism } from 'node:os'
import type { Measurements } from '../contracts/measurement.ts'
import { messageOf } from './error-text.ts'
import { idleStep } from './idle.ts'
import { loadOf } from './load.ts'
import { generatorsOf, type LoadRequest } from './load-request.ts'
import { Observer } from './observer.ts'
import { offerLoad } from './offer-load.ts'
import { interrupted, RunRecord } from './run-record.ts'
import type { RungLoad } from './rung-load.ts'
import { meet } from './target.ts'

export async function runLoad(request: LoadRequest): Promise<Measurements> {
  const run = await RunRecord.begin(request)
  const identity = await meet(request.target).catch((error: Error) => error)
  if (identity instanceof Error) return await run.end([{ code: 'target-dead', evidence: messageOf(identity) }])
  const dataset = identity?.dataset ?? null
  if (dataset === null && request.loads.some((name) => name !== request.own?.name))
    return await run.end([{ code: 'data-incomplete', evidence: 'the target holds no data' }])
  await run.know(identity, dataset)
  const missing = await run.missingAtFirst()
  if (missing.length > 0) return await run.end(missing)
  await run.lookAtProtection()

  const lost = new AbortController()
  const observer = await Observer.begin({
    target: request.target,
    engines: request.engines,
    cores: availableParallelism(),
    onFault: ({ name, evidence }) => {
      request.say(`${name}: ${evidence}; the load ends here`)
      lost.abort()
    },
  })
  const signal = AbortSignal.any([request.signal, lost.signal])
  const deadlineMs = Date.now() + request.budgetSeconds * 1000
  try {
    const idle = idlesFirst(request.rung) ? await idleStep(observer, signal) : null
    if (idle !== null) {
      await run.add(idle)
      request.onStep?.(idle)
    }
    for (const [at, name] of request.loads.entries()) {
      if (signal.aborted) break
      const left = request.loads.length - at
      request.say(`${name} (${at + 1} of ${request.loads.length})`)
      const offer = {
        profile: request.profile,
        ratePerSecond: request.ratePerSecond ?? null,
        durationSeconds: request.durationSeconds ?? null,
        rung: request.rung ?? null,
        budgetSeconds: (deadlineMs - Date.now()) / 1000 / left,
      }
      const load = request.own?.name === name ? request.own : loadOf(name, request.plan.plan)
      const result = await offerLoad(load, offer, {
        ...request,
        generators: generatorsOf(request),
        runId: warmUpName(request, run.id),
        dataset,
        k6Program: request.k6.path,
        signal,
        observer,
        onDrive: (drive) => run.remember(drive),
        onStep: async (step) => {
          await run.add(step)
          request.onStep?.(step)
        },
      })
      run.results.push(result)
    }
  } finally {
    await observer.stop()
  }
  const faults = observer.faults()
  if (request.signal.aborted) {
    const unknown = await run.lookUpOrders('interrupted')
    return await run.end([...faults, interrupted(run.steps.length), ...unknown])
  }
  if (faults.length > 0) return await run.end([...faults, ...(await run.lookUpOrders('engine-lost'))])
  return await run.end(await run.closingChecks(identity))
}

/** The ladder looks once for each pool. */
function idlesFirst(rung: RungLoad | undefined): boolean {
  return rung === undefined || (rung.kind === 'cold' && rung.idleFirst)
}

/** Folders of other machines may be called alike: their warm-ups must not send the same keys. */
function warmUpName(request: LoadRequest, runId: string): string {
  const { shares: [share] = [], joint } = generatorsOf(request)
  return share === undefined || joint === null ? runId : `${joint.workloadId}-${share.index + 1}`
}
