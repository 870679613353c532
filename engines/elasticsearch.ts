// Elasticsearch 8.19: the search index over orders. A generated password, 127.0.0.1 only, one node.

import { basename, join } from 'node:path'
import { Client } from '@elastic/elasticsearch'
import { ELASTICSEARCH_USER } from './credentials.ts'
import { launchedContainer, runContainer } from './docker.ts'
import { prepareElasticsearch } from './elasticsearch-home.ts'
import { heapMib } from './elasticsearch-settings.ts'
import { launchedProcess, startProcess } from './engine-process.ts'
import { elasticsearchObstacle, fetchElasticsearch } from './fetch-elasticsearch.ts'
import { findProgram } from './find-program.ts'
import { findJava } from './java.ts'
import { memoryBytes } from './machine.ts'
import { choosePort } from './ports.ts'
import { runTool } from './run-tool.ts'
import { searchRealmFiles } from './search-realm.ts'
import type { FoundProgram, LaunchedServer, ServerEngine, StartContext } from './start-context.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

const PORT_VARIABLE = 'HEADROOM_ELASTICSEARCH_PORT'

export const elasticsearch: ServerEngine = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  image: VERSIONS.images.elasticsearch,
  addressVariable: 'HEADROOM_ELASTICSEARCH_URL',
  addressShape: 'http://user:password@host:9200',
  addressProtocols: ['http:', 'https:'],
  healthLimitMs: 180_000,
  floorFor: () => VERSIONS.floors.elasticsearch,
  probe,
  async findLocal({ place, env }) {
    const path = findProgram(['elasticsearch'], `${env.PATH}:/usr/share/elasticsearch/bin`, place.account)
    if (!path) return undefined
    const version = versionIn(await runTool(path, ['--version'], { limitMs: 30_000, env, account: place.account }))
    // An 8.x client is what we have: a 9.x server answers it, an older one may not.
    return version && isAtLeast(version, VERSIONS.floors.elasticsearch) ? { path, version, origin: 'local' } : undefined
  },
  fetchObstacle: elasticsearchObstacle,
  fetch: fetchElasticsearch,
  launch,
  launchContainer,
}

async function launch(context: StartContext, program: FoundProgram): Promise<LaunchedServer> {
  const { place, env, credentials, size } = context
  const port = await choosePort(place, PORT_VARIABLE, env)
  const java = program.origin === 'fetched' ? await findJava({ place, env }) : undefined
  const esEnv: NodeJS.ProcessEnv = {
    ...env,
    ...(java && { ES_JAVA_HOME: java.home }),
    ES_JAVA_OPTS: heapOptions(size),
  }
  const folders = await prepareElasticsearch(context, program, port, esEnv)
  const server = startProcess(place, {
    name: 'elasticsearch',
    program: program.path,
    words: [],
    env: { ...esEnv, ES_PATH_CONF: folders.config, ES_TMPDIR: folders.temporary },
  })
  const launched = launchedProcess(server, urlOf(port, credentials.elasticsearchPassword))
  return { ...launched, passwords: credentials.services.elasticsearch }
}

async function launchContainer(context: StartContext): Promise<LaunchedServer> {
  const { place, env, credentials, size } = context
  const port = await choosePort(place, PORT_VARIABLE, env)
  const container = await runContainer(context, {
    name: 'elasticsearch',
    image: elasticsearch.image,
    port,
    containerPort: 9200,
    dataFolder: '/usr/share/elasticsearch/data',
    env: {
      'discovery.type': 'single-node',
      'cluster.routing.allocation.disk.threshold_enabled': 'false',
      'xpack.security.enabled': 'true',
      'xpack.security.http.ssl.enabled': 'false',
      ELASTIC_PASSWORD: credentials.elasticsearchPassword,
      ES_JAVA_OPTS: heapOptions(size),
    },
    words: [],
    files: searchRealmFiles(join(place.state, 'elasticsearch-realm'), credentials).map((path) => ({
      path,
      at: `/usr/share/elasticsearch/config/${basename(path)}`,
    })),
  })
  const launched = launchedContainer(container, urlOf(port, credentials.elasticsearchPassword))
  return { ...launched, passwords: credentials.services.elasticsearch }
}

function heapOptions(size: StartContext['size']): string {
  const mib = heapMib(size, memoryBytes())
  return `-Xms${mib}m -Xmx${mib}m`
}

/** GET / is a module that the fetched distribution lacks: the cluster's health and the node's own version instead. */
async function probe(url: string): Promise<string> {
  const client = new Client({ node: url, maxRetries: 0, requestTimeout: 5000 })
  try {
    const health = await client.cluster.health({ wait_for_status: 'yellow', timeout: '3s' })
    if (health.status === 'red' || health.timed_out) throw new Error(`its cluster is ${health.status}`)
    const { nodes } = await client.nodes.info({ node_id: '_local', filter_path: 'nodes.*.version' })
    const [node] = Object.values(nodes)
    if (!node) throw new Error('it does not tell its version')
    return node.version
  } finally {
    await client.close()
  }
}

function urlOf(port: number, password: string): string {
  return `http://${ELASTICSEARCH_USER}:${password}@127.0.0.1:${port}`
}
