// MySQL 8.4+ or MariaDB 10.11+: the sharded order database, and the monolith's schema beside it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { EngineEndpoint } from '../contracts/engines.ts'
import { driverOptions } from '../contracts/mysql-address.ts'
import { giveTo } from './account.ts'
import { type Credentials, MONOLITH_USER, MYSQL_USER } from './credentials.ts'
import { launchedContainer, runContainer, runInContainer } from './docker.ts'
import { launchedProcess, startProcess } from './engine-process.ts'
import { debianEnv, debianObstacle, fetchDebian } from './fetch-debian.ts'
import { findProgram } from './find-program.ts'
import { freeDiskBytes, memoryBytes } from './machine.ts'
import { initialiseMysql, monolithGrants, mysqlGrants, serviceAccounts } from './mysql-data.ts'
import { type MysqlFlavour, type MysqlMachine, mysqlSettings } from './mysql-settings.ts'
import { choosePort } from './ports.ts'
import { runTool } from './run-tool.ts'
import type { FoundProgram, LaunchedServer, ServerEngine, StartContext } from './start-context.ts'
import { isAtLeast, versionIn } from './version.ts'
import { VERSIONS } from './versions.ts'

export const MYSQL_SCHEMAS = { orders: 'headroom', legacy: 'headroom_legacy' } as const

/** The monolith's database, where it is not beside that of the orders. */
export const LEGACY_ADDRESS_VARIABLE = 'HEADROOM_LEGACY_MYSQL_URL'

export const MYSQL_PORT_VARIABLE = 'HEADROOM_MYSQL_PORT'
// The second package brings my_print_defaults, which mariadb-install-db calls.
const DEBIAN = { title: 'MariaDB', packages: ['mariadb-server-core', 'mariadb-client-core'] } as const

export const mysql: ServerEngine = {
  name: 'mysql',
  title: 'MySQL or MariaDB',
  image: VERSIONS.images.mysql,
  addressVariable: 'HEADROOM_MYSQL_URL',
  addressShape: 'mysql://user:password@host:3306/headroom',
  addressProtocols: ['mysql:'],
  healthLimitMs: 120_000,
  floorFor: (version) => VERSIONS.floors[flavourOf(version)],
  probe,
  async findLocal({ place, env }) {
    const path = findProgram(['mariadbd', 'mysqld'], env.PATH, place.account)
    const version = path && (await versionOf(path))
    return version && isAtLeast(version, VERSIONS.floors[flavourOf(version)])
      ? { path, version, origin: 'local' }
      : undefined
  },
  fetchObstacle: async ({ place }) => debianObstacle(place, DEBIAN),
  async fetch(context) {
    const root = await fetchDebian(context, DEBIAN)
    const path = join(root, 'usr/sbin/mariadbd')
    return { path, version: await versionOf(path, root), origin: 'fetched', root }
  },
  launch,
  launchContainer,
}

async function launch(context: StartContext, program: FoundProgram): Promise<LaunchedServer> {
  const { place, env, credentials } = context
  const flavour = flavourOf(program.version)
  const port = await choosePort(place, MYSQL_PORT_VARIABLE, env)
  const { folder, dataFolder, filesFolder, initFile } = await initialiseMysql(context, program, flavour)
  const socketPath = join(folder, 'mysqld.sock')
  const settings = {
    ...mysqlSettings(flavour, context.size, machineOf(context, folder)),
    'bind-address': '127.0.0.1',
    port: String(port),
    socket: socketPath,
    datadir: dataFolder,
    'pid-file': join(folder, 'mysqld.pid'),
    'init-file': initFile,
    'secure-file-priv': filesFolder,
    ...(program.root && {
      basedir: join(program.root, 'usr'),
      'lc-messages-dir': join(program.root, 'usr/share/mysql'),
      'plugin-dir': join(program.root, 'usr/lib/mysql/plugin'),
    }),
  }
  const configPath = join(folder, 'my.cnf')
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  writeFileSync(configPath, `[mysqld]\n${lines.join('\n')}\n`, { mode: 0o600 })
  giveTo(place.account, configPath)
  const server = startProcess(place, {
    name: 'mysql',
    program: program.path,
    words: [`--defaults-file=${configPath}`],
    env: debianEnv(program.root, env),
  })
  const launched = launchedProcess(server, urlOf(port, credentials.mysqlPassword), socketPath)
  return { ...launched, passwords: credentials.services.mysql }
}

async function launchContainer(context: StartContext) {
  const { place, env, credentials, size } = context
  const port = await choosePort(place, MYSQL_PORT_VARIABLE, env)
  const machine = { ...machineOf(context, place.state), directIo: true }
  const container = await runContainer(context, {
    name: 'mysql',
    image: mysql.image,
    port,
    containerPort: 3306,
    dataFolder: '/var/lib/mysql',
    env: {
      MYSQL_ROOT_PASSWORD: credentials.mysqlRootPassword,
      MYSQL_ROOT_HOST: 'localhost',
      MYSQL_DATABASE: MYSQL_SCHEMAS.orders,
      MYSQL_USER,
      MYSQL_PASSWORD: credentials.mysqlPassword,
    },
    words: Object.entries(mysqlSettings('mysql', size, machine)).map(([name, value]) => `--${name}=${value}`),
  })
  const accounts = [
    ...mysqlGrants('mysql', credentials.mysqlPassword, ['%']),
    ...serviceAccounts(credentials),
    ...monolithGrants(credentials, ['%']),
  ].join('\n')
  return {
    ...launchedContainer(container, urlOf(port, credentials.mysqlPassword)),
    passwords: credentials.services.mysql,
    afterHealthy: () =>
      runInContainer(context, container, ['mysql', '-uroot'], { MYSQL_PWD: credentials.mysqlRootPassword }, accounts),
  }
}

/** O_DIRECT is Linux's. */
function machineOf({ poolBytes }: StartContext, folder: string): MysqlMachine {
  const directIo = process.platform === 'linux'
  return { memoryBytes: memoryBytes(), freeDiskBytes: freeDiskBytes(folder), poolBytes, directIo }
}

/**
 * The monolith's database where no other is given for it: a schema of the same server, under the monolith's own account.
 * On a server of somebody else's it is the account that was given, as we make none there.
 */
export function legacyEndpointOf(orders: EngineEndpoint, credentials: Credentials): EngineEndpoint {
  const url = new URL(legacyUrlOf(orders.url))
  if (orders.origin !== 'address') {
    url.username = MONOLITH_USER
    url.password = credentials.monolithMysqlPassword
  }
  // The services' accounts are those of the server.
  return { ...orders, url: url.href }
}

/** The same server's legacy schema. */
export function legacyUrlOf(url: string): string {
  const legacy = new URL(url)
  legacy.pathname = `/${MYSQL_SCHEMAS.legacy}`
  return legacy.href
}

async function probe(url: string): Promise<string> {
  const connection = await createConnection({
    ...driverOptions({ url }, (path) => readFileSync(path, 'utf8')),
    connectTimeout: 5000,
  })
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version, @@GLOBAL.local_infile AS localInfile')
    const [row] = rows as [{ version: string; localInfile: number }]
    if (row.localInfile !== 1)
      throw new Error('local_infile is off there and seeding needs it: SET GLOBAL local_infile = 1')
    return row.version
  } finally {
    await connection.end()
  }
}

async function versionOf(path: string, root?: string): Promise<string> {
  const text = await runTool(path, ['--no-defaults', '--version'], {
    limitMs: 10_000,
    env: debianEnv(root, process.env),
  })
  const version = versionIn(text) ?? '0'
  return /mariadb/i.test(text) ? `${version}-MariaDB` : version
}

function flavourOf(version: string): MysqlFlavour {
  return /mariadb/i.test(version) ? 'mariadb' : 'mysql'
}

function urlOf(port: number, password: string): string {
  return `mysql://${MYSQL_USER}:${password}@127.0.0.1:${port}/${MYSQL_SCHEMAS.orders}`
}
