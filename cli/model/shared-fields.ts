// Fields that several ops take.

import { count, number, withDefault } from './shape.ts'

/** Accepted by every op, so that a caller can always pass it; only simulations draw from it. */
export const SEED = withDefault(count({ atLeast: 0, atMost: 2 ** 31 - 1 }), 1)

export const CONFIDENCE = withDefault(number({ above: 0, below: 1 }), 0.95)
