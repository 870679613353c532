// The ladder's own engines and order system, beside those of every other command: MySQL is stopped, killed and started
// again with another pool, and the order system with it.

import { join } from 'node:path'
import type { Engines } from '../../contracts/engines.ts'
import { Refusal } from '../../contracts/refusal.ts'
import { type ShardMap, shardMapOf } from '../../contracts/shard-map.ts'
import type { SutEndpoint } from '../../contracts/sut-endpoint.ts'
import { LADDER_STATE } from '../../engines/clean-engines.ts'
import { elasticsearch } from '../../engines/elasticsearch.ts'
import { memoryBytes } from '../../engines/machine.ts'
import { mysql } from '../../engines/mysql.ts'
import { bufferPoolBytes } from '../../engines/mysql-settings.ts'
import { startNginx } from '../../engines/nginx.ts'
import { CHECKOUT, STATE_FOLDER } from '../../engines/place.ts'
import { redis, streams } from '../../engines/redis.ts'
import { restartMysql } from '../../engines/restart-mysql.ts'
import { areRunning } from '../../engines/running.ts'
import { SHARDS_VARIABLE } from '../../engines/shard-servers.ts'
import type { EngineSize } from '../../engines/start-context.ts'
import { startEngines } from '../../engines/start-engines.ts'
import { stopEngines } from '../../engines/stop-engines.ts'
import { launchSut, type RunningSut } from '../../sut/launch.ts'
import type { CommandContext } from '../run-command.ts'

type Context = Pick<CommandContext, 'signal' | 'say' | 'onCleanup'>

export interface Restart {
  readonly stopSeconds: number
  readonly startSeconds: number
}

export class LadderSystem {
  readonly size: EngineSize
  readonly #context: Context
  readonly #stopEngines: () => Promise<void>
  #engines: Engines
  #sut: RunningSut | null = null
  /** What its pool was filled with, in words of who did; a restart empties it. */
  warmedFor: string | null = null
  #poolBytes: number

  private constructor(context: Context, size: EngineSize, engines: Engines, stop: () => Promise<void>) {
    this.#context = context
    this.size = size
    this.#engines = engines
    this.#stopEngines = stop
    this.#poolBytes = this.fillPoolBytes
  }

  static async open(context: Context, size: EngineSize): Promise<LadderSystem> {
    refuseAddresses(process.env)
    if (areRunning(STATE_FOLDER)) throw othersRun()
    // What a killed ladder left running.
    await stopEngines({ stateFolder: LADDER_STATE })
    const { signal, say } = context
    const engines = await startEngines({ keep: false, signal, say, size, stateFolder: LADDER_STATE })
    const system = new LadderSystem(context, size, engines, engines.stop)
    context.onCleanup(() => system.close())
    return system
  }

  get engines(): Engines {
    return this.#engines
  }

  get map(): ShardMap {
    return shardMapOf(this.#engines)
  }

  get poolBytes(): number {
    return this.#poolBytes
  }

  /** While rows are loaded. */
  get fillPoolBytes(): number {
    return bufferPoolBytes(this.size, memoryBytes())
  }

  get isServing(): boolean {
    return this.#sut !== null
  }

  /** Throws unless it serves. */
  get endpoint(): SutEndpoint {
    if (this.#sut === null) throw new Error('the order system of the ladder does not run')
    return this.#sut.endpoint
  }

  /** MySQL with an empty pool of that size, nothing in front of it. */
  async restart(poolBytes: number, ending: 'stop' | 'kill' = 'stop'): Promise<Restart> {
    // Its users first, unless what is asked is what a sudden end does to them.
    if (ending === 'stop') await this.#stopSut()
    const { signal, say } = this.#context
    const options = { stateFolder: LADDER_STATE, poolBytes, size: this.size, ending, signal, say }
    const { engines, ...took } = await restartMysql(this.#engines, options)
    this.#engines = engines
    this.#poolBytes = poolBytes
    this.warmedFor = null
    if (ending === 'kill') await this.#stopSut()
    return took
  }

  /** The order system in front of the engines, if it is not there yet. */
  async serve(): Promise<void> {
    if (this.#sut !== null) return
    this.#sut = await launchSut(this.#engines, {
      topology: 'one-process',
      stateDir: join(CHECKOUT, LADDER_STATE),
      signal: this.#context.signal,
      startGateway: (gateway) =>
        startNginx({ program: this.#engines.nginx, keep: false, stateFolder: LADDER_STATE, ...gateway }),
    })
  }

  async close(): Promise<void> {
    await this.#stopSut()
    await this.#stopEngines()
  }

  async #stopSut(): Promise<void> {
    const sut = this.#sut
    this.#sut = null
    await sut?.stop()
  }
}

/** A server that somebody else runs is not filled with 50 million rows, nor killed. */
function refuseAddresses(env: NodeJS.ProcessEnv): void {
  const given = [mysql, elasticsearch, redis, streams].map(({ addressVariable }) => addressVariable)
  const set = [...given, SHARDS_VARIABLE].filter((name) => env[name])
  if (set.length === 0) return
  throw new Refusal({
    what: 'the ladder runs on engines of its own',
    why: [
      `${set.join(' and ')} ${set.length === 1 ? 'names' : 'name'} another; the ladder restarts and kills its MySQL`,
    ],
    wayOut: `unset ${set.join(' ')}`,
  })
}

function othersRun(): Refusal {
  return new Refusal({
    what: 'the engines of this checkout are running',
    why: ['they would share the memory and the cores that are measured'],
    wayOut: 'Stop them first (their data stays): npm run down',
  })
}
