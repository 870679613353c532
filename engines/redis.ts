// Redis 7, twice: the order service's cache, and what must not be lost (contracts/redis-settings.ts). A password each,
// 127.0.0.1 only.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RedisServer, redisSettings } from '../contracts/redis-settings.ts'
import { redisUsers } from '../contracts/service-accounts.ts'
import { giveTo } from './account.ts'
import { askRedis } from './ask-redis.ts'
import type { Credentials } from './credentials.ts'
import { launchedContainer, runContainer } from './docker.ts'
import { launchedProcess, startProcess } from './engine-process.ts'
import { debianEnv, debianObstacle, fetchDebian } from './fetch-debian.ts'
import { findProgram } from './find-program.ts'
import { makeFolder } from './place.ts'
import { choosePort } from './ports.ts'
import { runTool } from './run-tool.ts'
import type { FoundProgram, LaunchedServer, ServerEngine, StartContext } from './start-context.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

const DEBIAN = { title: 'Redis', packages: ['redis-server'] } as const

interface RedisNames {
  readonly name: RedisServer
  readonly title: string
  readonly addressVariable: string
  readonly portVariable: string
}

export const redis = redisEngine({
  name: 'redis',
  title: 'Redis',
  addressVariable: 'HEADROOM_REDIS_URL',
  portVariable: 'HEADROOM_REDIS_PORT',
})

export const streams = redisEngine({
  name: 'streams',
  title: 'Redis for streams',
  addressVariable: 'HEADROOM_STREAMS_REDIS_URL',
  portVariable: 'HEADROOM_STREAMS_REDIS_PORT',
})

function redisEngine(names: RedisNames): ServerEngine {
  const { name, title, addressVariable } = names
  return {
    name,
    title,
    image: VERSIONS.images.redis,
    addressVariable,
    addressShape: 'redis://:password@host:6379/0',
    addressProtocols: ['redis:', 'rediss:'],
    healthLimitMs: 60_000,
    floorFor: () => VERSIONS.floors.redis,
    probe,
    async findLocal({ place, env }) {
      const path = findProgram(['redis-server'], env.PATH, place.account)
      const version = path && (await versionOf(path))
      return version && isAtLeast(version, VERSIONS.floors.redis) ? { path, version, origin: 'local' } : undefined
    },
    fetchObstacle: async ({ place }) => debianObstacle(place, DEBIAN),
    async fetch(context) {
      const root = await fetchDebian(context, DEBIAN)
      const path = join(root, 'usr/bin/redis-server')
      return { path, version: await versionOf(path, root), origin: 'fetched', root }
    },
    launch: (context, program) => launch(names, context, program),
    launchContainer: (context) => launchContainer(names, context),
  }
}

async function launch(
  { name, portVariable }: RedisNames,
  context: StartContext,
  program: FoundProgram,
): Promise<LaunchedServer> {
  const { place, env, credentials } = context
  const port = await choosePort(place, portVariable, env)
  const folder = join(place.home, name)
  makeFolder(folder, 0o700)
  const configPath = join(folder, 'redis.conf')
  const where = ['bind 127.0.0.1', `port ${port}`, `dir "${folder}"`]
  const lines = [...where, ...secretLines(name, credentials), ...settings(name, context)]
  writeFileSync(configPath, `${lines.join('\n')}\n`, { mode: 0o600 })
  giveTo(place.account, folder, configPath)
  const server = startProcess(place, {
    name,
    program: program.path,
    words: [configPath],
    env: debianEnv(program.root, env),
  })
  const launched = launchedProcess(server, urlOf(port, passwordOf(name, credentials)))
  return { ...launched, passwords: credentials.services[name] }
}

async function launchContainer({ name, portVariable }: RedisNames, context: StartContext): Promise<LaunchedServer> {
  const { place, env, credentials } = context
  const port = await choosePort(place, portVariable, env)
  const container = await runContainer(context, {
    name,
    image: VERSIONS.images.redis,
    port,
    containerPort: 6379,
    dataFolder: '/data',
    env: { REDIS_SECRETS: secretLines(name, credentials).join(';') },
    // The passwords go into a file inside: a command line can be read by every user of the machine.
    words: [
      'sh',
      '-c',
      `umask 077; { echo "$REDIS_SECRETS" | tr ';' '\\n'; printf '%s\\n' ${settings(name, context)
        .map((line) => `'${line}'`)
        .join(' ')}; } >redis.conf; exec docker-entrypoint.sh redis-server /data/redis.conf`,
    ],
  })
  const launched = launchedContainer(container, urlOf(port, passwordOf(name, credentials)))
  return { ...launched, passwords: credentials.services[name] }
}

function settings(server: RedisServer, { size }: Pick<StartContext, 'size'>): readonly string[] {
  return redisSettings(server, size === 'load' ? '1gb' : '128mb')
}

function secretLines(server: RedisServer, credentials: Credentials): readonly string[] {
  return [`requirepass ${passwordOf(server, credentials)}`, ...redisUsers(server, credentials.services[server])]
}

function passwordOf(server: RedisServer, credentials: Credentials): string {
  return credentials[`${server}Password`]
}

async function probe(url: string): Promise<string> {
  const info = await askRedis(url, (client) => client.info('server'))
  const version = versionIn(/redis_version:(\S+)/.exec(info)?.[1] ?? '')
  if (!version) throw new Error('it does not tell its version')
  return version
}

async function versionOf(path: string, root?: string): Promise<string> {
  const text = await runTool(path, ['--version'], { limitMs: 10_000, env: debianEnv(root, process.env) })
  return versionIn(text) ?? '0'
}

function urlOf(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}/0`
}
