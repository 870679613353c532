import { describe, expect, it } from 'vitest'
import type { Step } from '../../contracts/measurement.ts'
import { evidence } from '../fixtures/evidence.ts'
import { idleFixture, loadFixture, measurementsFixture } from '../fixtures/measurements.ts'
import { reproduceSection } from './reproduce-section.ts'

/** Ten seconds on two cores, in which each component used so many CPU seconds. */
function stepWith(used: Readonly<Record<string, number>>, kind: Step['kind'] = 'measured'): Step {
  const step = loadFixture({ load: 'list', offeredPerSecond: 10, durationSeconds: 10, kind, flows: {} })
  const [component] = step.components
  const components = Object.entries(used).map(([name, cpuSeconds]) => ({ ...component!, name, cpuSeconds }))
  return { ...step, components }
}

function harnessOf(steps: readonly Step[]): string | undefined {
  const { markup } = reproduceSection(evidence({ measurements: measurementsFixture({ steps }) }))
  return /<dt>Harness<\/dt><dd>([^<]*)<\/dd>/.exec(markup)?.[1]?.replaceAll(/\s/g, ' ')
}

const USED = (share: string) => `k6 and headroom used ${share} % of the machine&#39;s CPU; no sizing counts it`

describe('what the harness cost', () => {
  it('is k6 and the process that watches, of all cores, and neither services nor engines', () => {
    expect(harnessOf([stepWith({ k6: 3, headroom: 1, sut: 9, mysql: 6 })])).toBe(USED('20'))
  })

  it('is of the windows that were held: idling, warm-ups and probes are none', () => {
    const held = [stepWith({ k6: 4, headroom: 0 }), stepWith({ k6: 7, headroom: 1 })]
    const others = [idleFixture(), stepWith({ k6: 20 }, 'warm-up'), stepWith({ k6: 20 }, 'probe')]
    expect(harnessOf([...others, ...held])).toBe(USED('30'))
  })

  it('is unknown where no component was read', () => {
    expect(harnessOf([stepWith({})])).toBe('its CPU was not read')
  })
})
