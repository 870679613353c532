// Redis 7: the order service's cache. A password, 127.0.0.1 only.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheSettings } from '../contracts/cache-settings.ts'
import { redisUsers } from '../contracts/service-accounts.ts'
import { giveTo } from './account.ts'
import { askRedis } from './ask-redis.ts'
import { launchedContainer, runContainer } from './docker.ts'
import { launchedProcess, startProcess } from './engine-process.ts'
import { debianEnv, debianObstacle, fetchDebian } from './fetch-debian.ts'
import { findProgram } from './find-program.ts'
import { makeFolder } from './place.ts'
import { choosePort } from './ports.ts'
import { runTool } from './run-tool.ts'
import type { EngineSize, FoundProgram, LaunchedServer, ServerEngine, StartContext } from './start-context.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

const PORT_VARIABLE = 'HEADROOM_REDIS_PORT'
const DEBIAN = { title: 'Redis', packages: ['redis-server'] } as const

export const redis: ServerEngine = {
  name: 'redis',
  title: 'Redis',
  image: VERSIONS.images.redis,
  addressVariable: 'HEADROOM_REDIS_URL',
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
  launch,
  launchContainer,
}

async function launch(context: StartContext, program: FoundProgram): Promise<LaunchedServer> {
  const { place, env, credentials, size } = context
  const port = await choosePort(place, PORT_VARIABLE, env)
  const folder = join(place.home, 'redis')
  makeFolder(folder, 0o700)
  const configPath = join(folder, 'redis.conf')
  const where = ['bind 127.0.0.1', `port ${port}`, `dir "${folder}"`, `requirepass ${credentials.redisPassword}`]
  const users = redisUsers(credentials.services.redis)
  writeFileSync(configPath, `${[...where, ...users, ...settings(size)].join('\n')}\n`, { mode: 0o600 })
  giveTo(place.account, folder, configPath)
  const server = startProcess(place, {
    name: 'redis',
    program: program.path,
    words: [configPath],
    env: debianEnv(program.root, env),
  })
  const launched = launchedProcess(server, urlOf(port, credentials.redisPassword))
  return { ...launched, passwords: credentials.services.redis }
}

async function launchContainer(context: StartContext): Promise<LaunchedServer> {
  const { place, env, credentials, size } = context
  const port = await choosePort(place, PORT_VARIABLE, env)
  const secret = [`requirepass ${credentials.redisPassword}`, ...redisUsers(credentials.services.redis)]
  const container = await runContainer(context, {
    name: 'redis',
    image: redis.image,
    port,
    containerPort: 6379,
    dataFolder: '/data',
    env: { REDIS_SECRETS: secret.join(';') },
    // The passwords go into a file inside: a command line can be read by every user of the machine.
    words: [
      'sh',
      '-c',
      `umask 077; { echo "$REDIS_SECRETS" | tr ';' '\\n'; printf '%s\\n' ${settings(size)
        .map((line) => `'${line}'`)
        .join(' ')}; } >redis.conf; exec docker-entrypoint.sh redis-server /data/redis.conf`,
    ],
  })
  const launched = launchedContainer(container, urlOf(port, credentials.redisPassword))
  return { ...launched, passwords: credentials.services.redis }
}

function settings(size: EngineSize): readonly string[] {
  return cacheSettings(size === 'load' ? '1gb' : '128mb')
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
