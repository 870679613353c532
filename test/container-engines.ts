// The engines of the containers lane, through testcontainers: the versions of docker-compose.yml.

import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { type RedisServer, redisSettings } from '../contracts/redis-settings.ts'
import { searchPasswordHash, searchRealm } from '../contracts/service-accounts.ts'
import { dockerVersion } from '../engines/docker.ts'
import { VERSIONS } from '../engines/versions.ts'
import { passwordsFor } from './container-accounts.ts'

const PASSWORD = 'only-for-this-test-run'
const START_LIMIT_MS = 180_000

export interface ContainerEngines {
  /** As a user would give them. */
  readonly addresses: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export async function withContainers(): Promise<ContainerEngines> {
  if (!(await dockerVersion(process.env))) {
    throw new Error(
      'HEADROOM_TEST_ENGINES=containers: no Docker daemon answers on this machine; unset it to test on programs',
    )
  }
  const started = await Promise.allSettled([
    startMysql(),
    startElasticsearch(),
    startRedis('redis'),
    startRedis('streams'),
  ])
  const containers = started.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  const stop = async () => {
    await Promise.all(containers.map((container) => container.stop()))
  }
  const failed = started.find((result) => result.status === 'rejected')
  const [mysql, elasticsearch, redis, streams] = containers
  if (failed || !mysql || !elasticsearch || !redis || !streams) {
    await stop()
    throw failed?.reason
  }
  const addressOf = (container: StartedTestContainer) => `${container.getHost()}:${container.getFirstMappedPort()}`
  const mysqlUrl = `mysql://root:${PASSWORD}@${addressOf(mysql)}`
  return {
    addresses: {
      HEADROOM_MYSQL_URL: `${mysqlUrl}/headroom`,
      HEADROOM_LEGACY_MYSQL_URL: `${mysqlUrl}/headroom_legacy`,
      HEADROOM_ELASTICSEARCH_URL: `http://elastic:${PASSWORD}@${addressOf(elasticsearch)}`,
      HEADROOM_REDIS_URL: `redis://:${PASSWORD}@${addressOf(redis)}/0`,
      HEADROOM_STREAMS_REDIS_URL: `redis://:${PASSWORD}@${addressOf(streams)}/0`,
    },
    stop,
  }
}

function startMysql(): Promise<StartedTestContainer> {
  return new GenericContainer(VERSIONS.images.mysql)
    .withEnvironment({ MYSQL_ROOT_PASSWORD: PASSWORD })
    .withCopyContentToContainer([
      {
        content: 'CREATE DATABASE headroom; CREATE DATABASE headroom_legacy;',
        target: '/docker-entrypoint-initdb.d/schemas.sql',
      },
    ])
    .withCommand([
      '--local-infile=ON',
      '--skip-log-bin',
      '--collation-server=utf8mb4_bin',
      '--default-time-zone=+00:00',
    ])
    .withTmpFs({ '/var/lib/mysql': 'rw' })
    .withExposedPorts(3306)
    .withWaitStrategy(Wait.forLogMessage(/ready for connections.*port: 3306/))
    .withStartupTimeout(START_LIMIT_MS)
    .start()
}

function startElasticsearch(): Promise<StartedTestContainer> {
  const hashOf = (password: string) => searchPasswordHash(password, pbkdf2Sync, randomBytes)
  const realm = Object.entries(searchRealm(passwordsFor('elasticsearch'), hashOf))
  return new GenericContainer(VERSIONS.images.elasticsearch)
    .withEnvironment({
      'discovery.type': 'single-node',
      'xpack.security.enabled': 'true',
      'xpack.security.http.ssl.enabled': 'false',
      'cluster.routing.allocation.disk.threshold_enabled': 'false',
      ELASTIC_PASSWORD: PASSWORD,
      ES_JAVA_OPTS: '-Xms512m -Xmx512m',
    })
    .withCopyContentToContainer(
      realm.map(([name, content]) => ({ content, target: `/usr/share/elasticsearch/config/${name}`, mode: 0o644 })),
    )
    .withExposedPorts(9200)
    .withWaitStrategy(
      Wait.forHttp('/_cluster/health?wait_for_status=yellow', 9200)
        .withBasicCredentials('elastic', PASSWORD)
        .forStatusCode(200),
    )
    .withStartupTimeout(START_LIMIT_MS)
    .start()
}

function startRedis(server: RedisServer): Promise<StartedTestContainer> {
  const lines = [`requirepass ${PASSWORD}`, ...redisSettings(server, '128mb')]
  return new GenericContainer(VERSIONS.images.redis)
    .withCopyContentToContainer([{ content: lines.join('\n'), target: '/etc/redis.conf', mode: 0o644 }])
    .withCommand(['redis-server', '/etc/redis.conf'])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(START_LIMIT_MS)
    .start()
}
