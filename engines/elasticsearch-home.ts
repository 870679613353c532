// An Elasticsearch node's own folders: configuration, keystore, data and logs, apart from the program.

import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { giveTo } from './account.ts'
import { elasticsearchYaml, jvmOptions } from './elasticsearch-settings.ts'
import { makeFolder } from './place.ts'
import { runTool } from './run-tool.ts'
import { searchRealmFiles } from './search-realm.ts'
import type { FoundProgram, StartContext } from './start-context.ts'

const KEYSTORE_LIMIT_MS = 60_000

export interface ElasticsearchFolders {
  readonly config: string
  readonly temporary: string
}

export async function prepareElasticsearch(
  context: StartContext,
  program: FoundProgram,
  port: number,
  env: NodeJS.ProcessEnv,
): Promise<ElasticsearchFolders> {
  const { place, signal, credentials } = context
  const distribution = dirname(dirname(program.path))
  const home = join(place.home, 'elasticsearch')
  const folders = {
    config: join(home, 'config'),
    data: join(home, 'data'),
    logs: join(home, 'logs'),
    temporary: join(home, 'tmp'),
  }
  makeFolder(home, 0o700)
  for (const folder of Object.values(folders)) makeFolder(folder, 0o700)

  const source = program.origin === 'fetched' ? join(distribution, 'config') : configOf(distribution)
  copyConfig(source, folders.config)
  const modules = readdirSync(join(distribution, 'modules'))
  if (modules.includes('x-pack-security')) searchRealmFiles(folders.config, credentials)
  const node = { port, dataFolder: folders.data, logFolder: folders.logs, modules }
  writeFileSync(join(folders.config, 'elasticsearch.yml'), elasticsearchYaml(node))
  const distributed = readFileSync(join(source, 'jvm.options'), 'utf8')
  writeFileSync(join(folders.config, 'jvm.options'), jvmOptions(distributed, folders.logs))
  giveTo(place.account, home, ...Object.values(folders), ...filesIn(folders.config))

  const keystore = join(folders.config, 'elasticsearch.keystore')
  if (modules.includes('x-pack-security') && !existsSync(keystore)) {
    // The keystore tool wants a folder where only whole files appear: it writes beside and renames.
    await runTool(join(dirname(program.path), 'elasticsearch-keystore'), ['add', '-f', '-x', 'bootstrap.password'], {
      limitMs: KEYSTORE_LIMIT_MS,
      signal,
      account: place.account,
      input: credentials.elasticsearchPassword,
      env: { ...env, ES_PATH_CONF: folders.config, ES_TMPDIR: folders.temporary, ES_JAVA_OPTS: '' },
    })
  }
  return folders
}

/** Packages of Linux distributions keep it in /etc. */
function configOf(distribution: string): string {
  const beside = join(distribution, 'config')
  return existsSync(beside) ? beside : '/etc/elasticsearch'
}

function copyConfig(source: string, config: string): void {
  for (const name of ['log4j2.properties', 'role_mapping.yml']) {
    const target = join(config, name)
    if (existsSync(target) || !existsSync(join(source, name))) continue
    cpSync(join(source, name), `${target}.new`)
    renameSync(`${target}.new`, target)
  }
  rmSync(join(config, 'jvm.options'), { force: true })
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name))
}
