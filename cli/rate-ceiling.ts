// No more requests a second than a target may get, from all processes of k6 together.

import { Refusal } from '../contracts/refusal.ts'
import type { AllowedTarget } from './allowed-target.ts'

export interface RateAsked {
  readonly rate?: number
  /** Processes of k6 that offer the load together, here or on several machines. */
  readonly generators: number
}

export function refuseAboveCeiling(
  { rate, generators }: RateAsked,
  allowed: Pick<AllowedTarget, 'host' | 'maxRatePerSecond'> | null,
): void {
  const ceiling = allowed?.maxRatePerSecond
  if (ceiling === undefined) return
  // k6 limits itself by whole requests a second, and each process knows of no other.
  if (generators > ceiling) {
    throw new Refusal({
      what: `${generators === 1 ? 'one generator sends' : `${generators} generators send`} more than ${allowed?.host} may get`,
      why: [`no more than ${ceiling} requests a second go there, and a generator that sends any may send one a second`],
      wayOut:
        ceiling < 1 ? 'Allow one a second or more:' : `Use ${Math.floor(ceiling)} generators at most, or allow more:`,
      command: `--max-rate ${generators}`,
    })
  }
  if (rate === undefined || rate <= ceiling) return
  throw new Refusal({
    what: `${rate}/s is more than ${allowed?.host} may get`,
    why: [`no more than ${ceiling} requests a second go there`],
    wayOut: 'If it may take more, say how much:',
    command: `--max-rate ${rate}`,
  })
}
