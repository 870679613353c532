// What every engine needs to know to start.

import type { EngineName, EngineProgram } from '../contracts/engines.ts'
import type { Refusal } from '../contracts/refusal.ts'
import type { ServicePasswords } from '../contracts/service-accounts.ts'
import type { Credentials } from './credentials.ts'
import type { ImageProgram } from './image-program.ts'
import type { Place } from './place.ts'

/** `load`: sized for measurements; `test`: small, several may run beside each other. */
export type EngineSize = 'load' | 'test'

export interface StartContext {
  readonly place: Place
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly size: EngineSize
  readonly credentials: Credentials
  /** Of MySQL's pool, which is empty then; absent: what suits the machine. */
  readonly poolBytes?: number
  say(line: string): void
}

export interface FoundProgram {
  readonly path: string
  readonly version: string
  readonly origin: 'local' | 'fetched'
  /** Of a fetched program: where its package was unpacked. */
  readonly root?: string
}

/** A server that was just started and may not answer yet. */
export interface LaunchedServer {
  readonly url: string
  readonly socketPath?: string
  readonly pid?: number
  /** Of the services' own accounts there. */
  readonly passwords?: ServicePasswords
  /** The volume that its data is in; absent: a folder of ours. */
  readonly dataVolume?: string
  /** How it ended, once it has. */
  ended(): string | undefined | Promise<string | undefined>
  /** Finishes what needs a running server. */
  afterHealthy?(): Promise<void>
  /** The end of its log. */
  tail(): readonly string[] | Promise<readonly string[]>
}

type Where = Pick<StartContext, 'place' | 'env'>

/** An engine that serves on a port. Each says how it is found and run; `start-server.ts` decides which way. */
export interface ServerEngine {
  readonly name: Exclude<EngineName, ProgramEngine['name']>
  readonly title: string
  readonly image: string
  readonly addressVariable: string
  readonly addressShape: string
  /** The plain one first, then the same over TLS, where it has a name of its own. */
  readonly addressProtocols: readonly [string, ...string[]]
  readonly healthLimitMs: number
  /** The oldest version that will do, for a server that calls itself `version`. */
  floorFor(version: string): string
  /** The version of a running server; throws while it does not answer as it should. */
  probe(url: string): Promise<string>
  findLocal(where: Where): Promise<FoundProgram | undefined>
  /** Why it cannot be fetched on this machine, if so. */
  fetchObstacle(where: Where): Promise<Refusal | undefined>
  fetch(context: StartContext): Promise<FoundProgram>
  launch(context: StartContext, program: FoundProgram): Promise<LaunchedServer>
  /** The container's name is given by docker.ts. */
  launchContainer(context: StartContext): Promise<LaunchedServer>
}

/** An engine that is a program of this machine even where the servers are containers; `find-engine-program.ts` decides. */
export interface ProgramEngine {
  readonly name: 'nginx' | 'k6'
  readonly title: string
  /** The version that will do, in words. */
  readonly wanted: string
  readonly inImage: ImageProgram
  findLocal(where: Where): Promise<EngineProgram | undefined>
  /** In the cache already. */
  findFetched(where: Where): Promise<EngineProgram | undefined>
  fetchObstacle(where: Where): Promise<Refusal | undefined>
  fetch(context: StartContext): Promise<EngineProgram>
  /** Of a program that was just copied out of an image. */
  versionOf(path: string): Promise<string | undefined>
}
