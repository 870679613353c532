// A data set as `--json` prints it.

import type { Dataset } from '../contracts/dataset.ts'

/** The hourly curve alone has 26 000 numbers: left out. */
export function describeDataset({ cumulativeOrdersByHour: _curve, whales: _whales, ...rest }: Dataset) {
  return rest
}
