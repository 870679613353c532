import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fetchElasticsearch } from './fetch-elasticsearch.ts'
import type { StartContext } from './start-context.ts'
import { VERSIONS } from './versions.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-maven-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}

it('keeps the distribution, and nothing of what Maven leaves where it runs', async () => {
  program('java', 'echo openjdk 17.0.1')
  program(
    'mvn',
    `mkdir -p '\${project.basedir}/target/dependency-maven-plugin-markers'
for word; do case "$word" in -DoutputDirectory=*) out="\${word#*=}" ;; esac; done
mkdir -p "$out/elasticsearch-${VERSIONS.elasticsearch}/bin"
echo >"$out/elasticsearch-${VERSIONS.elasticsearch}/bin/elasticsearch"`,
  )
  const cache = join(folder, 'cache')
  const place = { id: 'x', state: folder, home: folder, cache, account: undefined }
  const context = { place, env: { PATH: `${folder}:${process.env.PATH}` }, signal: new AbortController().signal }
  const { path } = await fetchElasticsearch({ ...context, say: () => {} } as unknown as StartContext)
  expect(path).toBe(join(cache, 'elasticsearch', VERSIONS.elasticsearch, 'bin/elasticsearch'))
  expect(readdirSync(join(cache, 'elasticsearch'))).toEqual([VERSIONS.elasticsearch])
})
