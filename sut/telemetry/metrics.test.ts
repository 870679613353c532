import { expect, it } from 'vitest'
import { SutError } from '../errors.ts'
import { Metrics, timed } from './metrics.ts'

it('tells refusals of a caller from faults of the system', async () => {
  const metrics = new Metrics()
  const answers: (() => Promise<void>)[] = [
    async () => {},
    async () => Promise.reject(new SutError('status-conflict', 'no')),
    async () => Promise.reject(new SutError('unavailable', 'gone')),
    async () => Promise.reject(new Error('a bug')),
  ]
  const service = timed(metrics, 'domain', { pay: async (): Promise<void> => answers.shift()?.() }, { pay: true })
  for (let call = 0; call < 4; call++) await service.pay().catch(() => {})
  const text = await metrics.registry.metrics()
  for (const [outcome, count] of [
    ['ok', 1],
    ['refused', 1],
    ['fault', 2],
  ]) {
    expect(text).toContain(`headroom_call_seconds_count{layer="domain",operation="pay",outcome="${outcome}"} ${count}`)
  }
})
