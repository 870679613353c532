import { expect, it } from 'vitest'
import { NO_MIGRATION, type Switches } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { measureSwitches } from './switch-metrics.ts'

async function scraped(now: () => Switches): Promise<Record<string, number>> {
  const metrics = new Metrics()
  measureSwitches({ now }, metrics)
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('headroom_switch_'))
  return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]))
}

it('a process tells what it believes', async () => {
  const figures = await scraped(() => ({ ...NO_MIGRATION, phase: 'phase1', epoch: 7, open: false }))
  expect(figures).toEqual({
    headroom_switch_in_touch: 1,
    headroom_switch_epoch: 7,
    headroom_switch_open: 0,
    'headroom_switch_phase{phase="legacy"}': 0,
    'headroom_switch_phase{phase="phase1"}': 1,
    'headroom_switch_phase{phase="phase2"}': 0,
    'headroom_switch_phase{phase="done"}': 0,
  })
})

it('one that is out of touch says so, and believes nothing', async () => {
  const figures = await scraped(() => {
    throw new SutError('unavailable', 'does not know')
  })
  expect(figures).toMatchObject({ headroom_switch_in_touch: 0, headroom_switch_epoch: Number.NaN })
  expect(figures).toMatchObject({ 'headroom_switch_phase{phase="phase1"}': 0 })
})
