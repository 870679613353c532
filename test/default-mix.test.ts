// Plain `k6 run` cannot read plan.yaml: the mix that it offers unasked has to be the default plan's all the same.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadPlan } from '../plan/load-plan.ts'
import { parseSettings } from '../scenarios/parse-settings.ts'

it('the mix of plain k6 is that of the default plan', async () => {
  const { requestsPerOrder } = await loadPlan(join(import.meta.dirname, '../plan.yaml'))
  expect(parseSettings({ JWT_SECRET: 'any' }, {}).mix).toEqual(requestsPerOrder)
})
