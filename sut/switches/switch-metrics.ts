// What this process believes, for whoever watches: processes that differ for longer than a second, or are out of touch, show.

import { PHASES, type Switches } from '../../contracts/switches.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { SwitchBoard } from './switch-board.ts'

export function measureSwitches(board: Pick<SwitchBoard, 'now'>, metrics: Metrics): void {
  const believed = (): Switches | null => {
    try {
      return board.now()
    } catch {
      return null // out of touch
    }
  }
  const gauge = (name: string, help: string, read: (switches: Switches) => number) =>
    metrics.gauge(name, help, () => {
      const switches = believed()
      return switches === null ? Number.NaN : read(switches)
    })
  metrics.gauge('headroom_switch_in_touch', '1: knows which order store to ask; 0: answers nothing', () =>
    believed() === null ? 0 : 1,
  )
  gauge('headroom_switch_epoch', 'Grows with every flip; 0: no migration has begun', ({ epoch }) => epoch)
  gauge('headroom_switch_open', '0: a flip goes on, and writes wait', ({ open }) => Number(open))
  metrics.gaugeBy('headroom_switch_phase', '1 for the phase of orders and payments', 'phase', () => {
    const switches = believed()
    return PHASES.map((phase) => [phase, Number(phase === switches?.phase)] as const)
  })
}
