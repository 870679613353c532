// What would fail or mislead while orders are moved from one store to the other: the one place that knows which work goes on
// in which phase.

import type { MigrationPosition } from '../contracts/migration-position.ts'
import { Refusal } from '../contracts/refusal.ts'
import { PHASE_RULES, type Phase, type StoreName } from '../contracts/switches.ts'

/** They ask for seeded orders by the ids that the 64 tables give them, or for documents that nobody has fed. */
const ASK_FOR_SEEDED_IDS: readonly string[] = ['detail', 'search', 'mix']

/** `position`: null: no migration goes on. */
export function refuseLoadWhileMoving(flow: string, position: MigrationPosition | null): void {
  if (position === null || !ASK_FOR_SEEDED_IDS.includes(flow)) return
  throw new Refusal({
    what: `${flow} cannot be loaded while a migration goes on`,
    why: [`it stands in ${position.phase}: the orders are the monolith's, whose ids ${flow} does not know`],
    wayOut: 'Load checkouts or lists in each phase, or the old interfaces:',
    command: 'npm run load -- checkout',
  })
}

interface Obstacle {
  readonly what: string
  readonly why: string
  readonly wayOut: string
  readonly command: string
  /** Where this store is read; absent: in every phase. */
  readonly whileRead?: StoreName
}

/** They know the sharded tables alone. */
const OBSTACLES = {
  seed: {
    what: 'the sharded tables are not seeded while a migration is under way',
    why: "their orders are the monolith's: it would not know those that are seeded, and --reset would remove what it gave",
    wayOut: 'Seed another database (HEADROOM_MYSQL_URL). Where this migration stands:',
    command: 'npm run switch -- status',
  },
  verify: {
    what: 'there is nothing for verify to prove while a migration is under way',
    why: "it holds the sharded tables against a plan, and the orders that come to be there are the monolith's",
    wayOut: 'Once they are imported, hold both stores against each other:',
    command: 'npm run compare-stores -- --full',
  },
  reindex: {
    what: 'the search index cannot be filled from the sharded tables yet',
    why: "the monolith's tables are the ones that are read, and the sharded ones may lack what is there",
    wayOut: 'What changes is indexed meanwhile; run this in phase2, which reads the sharded tables. The way there:',
    command: 'npm run switch -- plan',
    whileRead: 'legacy',
  },
  tables: {
    what: 'the sharded tables alone are not all that the services need',
    why: "a migration is under way: they work with the monolith's database and the switches of both, too",
    wayOut: 'Bring both databases up to date:',
    command: 'npm run tables -- --legacy',
  },
} as const satisfies Readonly<Record<string, Obstacle>>

/** `phase`: null: no migration is under way. */
export function refuseWhileMoving(command: keyof typeof OBSTACLES, phase: Phase | null): void {
  const { whileRead, why, ...told }: Obstacle = OBSTACLES[command]
  if (phase === null || (whileRead !== undefined && PHASE_RULES[phase].read !== whileRead)) return
  throw new Refusal({ ...told, why: [`it stands in ${phase}: ${why}`] })
}
