// A flip in a process of its own, which stops before a step and waits to be killed.
// node sut/switches/flip-child.fixture.ts <legacy url> <sharded url> <phase> <step>

import { oneServer } from '../../contracts/shard-map.ts'
import { PHASES } from '../../contracts/switches.ts'
import { MysqlPool } from '../storage/mysql-pool.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { movePhase } from './move-phase.ts'
import { StoreLedger } from './store-ledger.ts'

const [legacyUrl = '', shardedUrl = '', phase, fatalStep] = process.argv.slice(2)
const to = PHASES.find((name) => name === phase)
if (!to) throw new Error(`phase ${phase}`)

const serversAt = (url: string) =>
  new MysqlPool({ map: oneServer({ url }), poolSize: 4, statementLimitMs: 10_000 }, new Metrics()).leases
const ledgers = {
  legacy: new StoreLedger('legacy', serversAt(legacyUrl)),
  sharded: new StoreLedger('sharded', serversAt(shardedUrl)),
}
const asked = { services: ['order', 'payment'], acceptLoss: false, leaveParked: false } as const
const moved = await movePhase(
  () => to,
  asked,
  { who: 'a child', why: 'to be killed' },
  {
    ledgers,
    drain: async () => {},
    beforeStep: async ({ kind }) => {
      if (kind !== fatalStep) return
      process.stdout.write('there\n')
      await new Promise(() => setInterval(() => {}, 60_000))
    },
  },
)
process.stdout.write(`${JSON.stringify(moved)}\n`)
process.exit(1)
