// vitest's global set-up of the integration tests: engines of their own, so that no test meets data worth keeping.
// HEADROOM_TEST_ENGINES=containers runs the same tests on MySQL 9.7, Elasticsearch 8.19 and Redis 7 in containers.

import type { TestProject } from 'vitest/node'
import type { Engines } from '../contracts/engines.ts'
import { removeState, testStates } from '../engines/clean-engines.ts'
import { identify } from '../engines/process-identity.ts'
import { startEngines } from '../engines/start-engines.ts'
import { withServiceAccounts } from './container-accounts.ts'
import { withContainers } from './container-engines.ts'

declare module 'vitest' {
  interface ProvidedContext {
    engines: Engines
    /** For `startNginx`: where this test run keeps its engines. */
    stateFolder: string
  }
}

const LANE_VARIABLE = 'HEADROOM_TEST_ENGINES'

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  // What test runs left that were killed.
  for (const { stateFolder, pid } of testStates()) if (!identify(pid)) await removeState(stateFolder)
  const stateFolder = `.headroom/test-${process.pid}`
  const lane = process.env[LANE_VARIABLE] ?? 'programs'
  if (lane !== 'programs' && lane !== 'containers') {
    throw new Error(`${LANE_VARIABLE}=${lane}: the lanes are programs and containers`)
  }
  const containers = lane === 'containers' ? await withContainers() : undefined
  const {
    stop,
    wereRunning: _,
    ...started
  } = await startEngines({
    keep: false,
    size: 'test',
    stateFolder,
    // Interrupted, vitest exits at once: the engines are killed then, and the next run removes their folder.
    signal: new AbortController().signal,
    say: (line) => process.stderr.write(`${line}\n`),
    env: { ...withoutAddresses(process.env), ...(containers?.addresses ?? { HEADROOM_ENGINES: 'programs' }) },
  })
  const engines = containers ? await withServiceAccounts(started) : started
  project.provide('engines', engines)
  project.provide('stateFolder', stateFolder)
  Object.assign(process.env, {
    HEADROOM_TEST_MYSQL_URL: engines.mysql.url,
    HEADROOM_TEST_LEGACY_MYSQL_URL: engines.legacyMysql.url,
    HEADROOM_TEST_ELASTICSEARCH_URL: engines.elasticsearch.url,
    HEADROOM_TEST_REDIS_URL: engines.redis.url,
    HEADROOM_TEST_STREAMS_REDIS_URL: engines.streams.url,
    HEADROOM_TEST_NGINX: engines.nginx.path,
    HEADROOM_TEST_K6: engines.k6.path,
  })
  return async () => {
    await stop()
    await removeState(stateFolder)
    await containers?.stop()
  }
}

/** Addresses and ports are for runs: a test must not write to a server that is there for something else. */
function withoutAddresses(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^HEADROOM_\w+_(URL|PORT)$/.test(name)))
}
