// A server's data folder, made whole or not at all, and the accounts and schemas in it.

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BENCH_SCHEMA } from '../contracts/engines.ts'
import { EXIT_CODES, Refusal } from '../contracts/refusal.ts'
import { createMysqlAccounts } from '../contracts/service-accounts.ts'
import { giveTo } from './account.ts'
import { type Credentials, MONOLITH_USER, MYSQL_USER } from './credentials.ts'
import { debianEnv } from './fetch-debian.ts'
import { findProgram } from './find-program.ts'
import type { MysqlFlavour } from './mysql-settings.ts'
import { makeFolder } from './place.ts'
import { runTool, ToolFailure } from './run-tool.ts'
import type { FoundProgram, StartContext } from './start-context.ts'

const INITIALISE_LIMIT_MS = 180_000

export interface MysqlData {
  readonly folder: string
  readonly dataFolder: string
  /** The one folder whose files the server may read and write (secure_file_priv). */
  readonly filesFolder: string
  /** SQL the server runs at every start: accounts and schemas are there, whatever happened to the last start. */
  readonly initFile: string
}

export async function initialiseMysql(
  context: StartContext,
  program: FoundProgram,
  flavour: MysqlFlavour,
): Promise<MysqlData> {
  const { place, credentials } = context
  const folder = join(place.home, 'mysql')
  makeFolder(folder, 0o700)
  const initFile = join(folder, 'init.sql')
  const root =
    flavour === 'mysql' ? [`ALTER USER root@localhost IDENTIFIED BY '${credentials.mysqlRootPassword}';`] : []
  const hosts = ['127.0.0.1', 'localhost']
  const statements = [
    ...root,
    ...mysqlGrants(flavour, credentials.mysqlPassword, hosts),
    ...serviceAccounts(credentials),
    ...monolithGrants(credentials, hosts),
    ...benchGrants(credentials.mysqlPassword, hosts),
  ]
  writeFileSync(initFile, `${statements.join('\n')}\n`, { mode: 0o600 })
  const filesFolder = join(folder, 'files')
  makeFolder(filesFolder, 0o700)
  giveTo(place.account, folder, initFile, filesFolder)

  const dataFolder = join(folder, `data-${flavour}`)
  if (!existsSync(dataFolder)) {
    const draft = join(folder, 'data.new')
    rmSync(draft, { recursive: true, force: true })
    await makeSystemTables(context, program, flavour, draft)
    renameSync(draft, dataFolder)
  }
  return { folder, dataFolder, filesFolder, initFile }
}

/** Everything Headroom does needs these; no account of ours is reachable from outside this machine. */
export function mysqlGrants(flavour: MysqlFlavour, password: string, hosts: readonly string[]): string[] {
  // For SET SESSION of what a bulk load turns off, and for the engine's counters.
  const server = flavour === 'mysql' ? 'RELOAD, PROCESS, SESSION_VARIABLES_ADMIN' : 'RELOAD, PROCESS'
  return [
    'CREATE DATABASE IF NOT EXISTS `headroom`;',
    'CREATE DATABASE IF NOT EXISTS `headroom_legacy`;',
    ...hosts.flatMap((host) => {
      const user = `'${MYSQL_USER}'@'${host}'`
      return [
        `CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY '${password}';`,
        `ALTER USER ${user} IDENTIFIED BY '${password}';`,
        // The pattern takes in both schemas and the scratch schemas of tests.
        // The owner passes on what the services need of it (sut/storage/grants.ts), and makes no accounts.
        `GRANT ALL ON \`headroom%\`.* TO ${user} WITH GRANT OPTION;`,
        // Of two that match, the more exact one counts alone, and the image of MySQL makes one.
        `GRANT ALL ON \`headroom\`.* TO ${user} WITH GRANT OPTION;`,
        `GRANT ${server} ON *.* TO ${user};`,
      ]
    }),
  ]
}

export function serviceAccounts({ services }: Credentials): string[] {
  return createMysqlAccounts(services.mysql).map((statement) => `${statement};`)
}

/** As an all-in-one application has it: its account owns its schema, and sees nothing of the order database. */
export function monolithGrants({ monolithMysqlPassword }: Credentials, hosts: readonly string[]): string[] {
  return hosts.flatMap((host) => {
    const user = `'${MONOLITH_USER}'@'${host}'`
    return [
      `CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY '${monolithMysqlPassword}';`,
      `ALTER USER ${user} IDENTIFIED BY '${monolithMysqlPassword}';`,
      // The pattern takes in the scratch schemas of tests; without the backslash _ would stand for any character.
      `GRANT ALL ON \`headroom\\_legacy%\`.* TO ${user} WITH GRANT OPTION;`,
    ]
  })
}

/** `npm run bench:seed` lets the server read ready files; the services' account may not. */
function benchGrants(password: string, hosts: readonly string[]): string[] {
  return hosts.flatMap((host) => {
    const user = `'${BENCH_SCHEMA}'@'${host}'`
    return [
      `CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY '${password}';`,
      `ALTER USER ${user} IDENTIFIED BY '${password}';`,
      `GRANT ALL ON \`${BENCH_SCHEMA}\`.* TO ${user};`,
      `GRANT FILE ON *.* TO ${user};`,
    ]
  })
}

async function makeSystemTables(
  { place, env, signal }: StartContext,
  program: FoundProgram,
  flavour: MysqlFlavour,
  dataFolder: string,
): Promise<void> {
  const options = {
    limitMs: INITIALISE_LIMIT_MS,
    signal,
    account: place.account,
    cwd: dirname(dataFolder),
    env: debianEnv(program.root, env),
  }
  try {
    if (flavour === 'mysql') {
      await runTool(program.path, ['--no-defaults', '--initialize-insecure', `--datadir=${dataFolder}`], options)
      return
    }
    const folders = [program.root && join(program.root, 'usr/bin'), dirname(program.path), env.PATH].filter(Boolean)
    const script = findProgram(['mariadb-install-db', 'mysql_install_db'], folders.join(':'), place.account)
    if (!script) throw new Error(`there is no mariadb-install-db beside ${program.path}`)
    const words = ['--no-defaults', `--datadir=${dataFolder}`, '--skip-test-db', '--skip-name-resolve']
    // root@localhost is the system's root, over the socket only: no password to lose.
    words.push('--auth-root-authentication-method=socket', '--auth-root-socket-user=root')
    if (program.root) words.push(`--basedir=${join(program.root, 'usr')}`)
    await runTool(script, words, options)
  } catch (error) {
    signal.throwIfAborted()
    throw new Refusal({
      what: 'the database could not be initialised',
      why: [
        error instanceof Error ? error.message : String(error),
        ...(error instanceof ToolFailure ? [error.tail.join('\n')] : []),
      ],
      wayOut: 'npm run doctor shows free disk and memory; another server: HEADROOM_MYSQL_URL.',
      exitCode: EXIT_CODES.fault,
    })
  }
}
