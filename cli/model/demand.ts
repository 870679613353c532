// Op `demand`: what one request costs each resource.

import { answerDemand } from '../../reports/capacity-model/service-demand.ts'
import { defineOp } from './op.ts'
import {
  count,
  dictionary,
  list,
  number,
  positive,
  record,
  repeatedNames,
  text,
  tooMuchWork,
  withDefault,
} from './shape.ts'
import { SEED } from './shared-fields.ts'

export const op = defineOp({
  about: `The service demand law D = U·m·T/C: busy share and completed requests of one
measurement give the seconds of each resource a request needs, the rate at which
each saturates, which saturates first, and how far the load can grow until the
first resource reaches its target utilisation (1 where none is given). feasible:
nothing more than fully busy.`,
  example: {
    seconds: 60,
    completions: 1800,
    resources: [
      { name: 'cpu', busyFraction: 0.35, servers: 4 },
      { name: 'disk', busyFraction: 0.6, servers: 1 },
    ],
    targetUtilisation: { cpu: 0.7, disk: 0.8 },
    loadFactors: [1.2, 2],
  },
  shape: record({
    seconds: positive(),
    completions: number({ atLeast: 0 }),
    resources: list(
      record({
        name: text(),
        busyFraction: number({ atLeast: 0, atMost: 1 }),
        servers: withDefault(count({ atMost: 1e6 }), 1),
      }),
      { atLeast: 1, atMost: 1000 },
    ),
    targetUtilisation: withDefault(dictionary(number({ above: 0, atMost: 1 })), {}),
    loadFactors: withDefault(list(number({ atLeast: 0 }), { atMost: 1000 }), []),
    seed: SEED,
  }),
  mistakes: ({ resources, targetUtilisation, loadFactors }) => [
    ...repeatedNames(resources, 'resources'),
    ...tooMuchWork('resources × loadFactors', resources.length * loadFactors.length, 100_000),
    ...Object.keys(targetUtilisation)
      .filter((name) => !resources.some((resource) => resource.name === name))
      .map((name) => `targetUtilisation.${name}: no resource has this name`),
  ],
  answer: answerDemand,
})
