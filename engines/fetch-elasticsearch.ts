// Elasticsearch from Maven Central: the distribution Elastic publishes for integration tests (the core, with security).

import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../contracts/refusal.ts'
import { findProgram } from './find-program.ts'
import { findJava } from './java.ts'
import { waitForLock } from './lock.ts'
import { makeFolder } from './place.ts'
import { runTool, ToolFailure } from './run-tool.ts'
import type { FoundProgram, StartContext } from './start-context.ts'
import { VERSIONS } from './versions.ts'

const DOWNLOAD_LIMIT_MS = 600_000
const VERSION = VERSIONS.elasticsearch

export async function elasticsearchObstacle(where: Pick<StartContext, 'place' | 'env'>): Promise<Refusal | undefined> {
  const why: string[] = []
  if (!(await findJava(where))) {
    why.push(`it runs on Java ${VERSIONS.floors.java} or newer, and there is none in JAVA_HOME or PATH`)
  }
  if (!findProgram(['mvn'], where.env.PATH) && !existsSync(programPath(where))) {
    why.push('it is fetched with Maven, and there is no mvn in PATH')
  }
  if (why.length === 0) return undefined
  return new Refusal({
    what: 'Elasticsearch is not installed and cannot be fetched here',
    why,
    wayOut: 'Install them (Debian: apt-get install openjdk-17-jdk-headless maven).',
  })
}

export async function fetchElasticsearch(context: StartContext): Promise<FoundProgram> {
  const { place, env, signal, say } = context
  const obstacle = await elasticsearchObstacle(context)
  if (obstacle) throw obstacle
  const program: FoundProgram = { path: programPath(context), version: VERSION, origin: 'fetched' }
  if (existsSync(program.path)) return program
  const folder = join(place.cache, 'elasticsearch')
  makeFolder(folder)
  const release = await waitForLock(join(folder, 'lock'), 'fetching Elasticsearch', signal)
  try {
    if (existsSync(program.path)) return program
    say(`fetching Elasticsearch ${VERSION} with Maven (about 100 MB; Maven keeps its copy in its own repository)`)
    const draft = join(folder, 'draft.new')
    const unpacked = join(draft, 'distribution')
    rmSync(draft, { recursive: true, force: true })
    makeFolder(draft)
    await runTool(
      findProgram(['mvn'], env.PATH) ?? 'mvn',
      [
        '--batch-mode',
        '--quiet',
        '-Dstyle.color=never',
        `org.apache.maven.plugins:maven-dependency-plugin:${VERSIONS.mavenDependencyPlugin}:unpack`,
        `-Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`,
        `-DoutputDirectory=${unpacked}`,
      ],
      // Without a project Maven writes a marker below a folder named literally ${project.basedir}, where it runs.
      { limitMs: DOWNLOAD_LIMIT_MS, signal, env, cwd: draft },
    )
    renameSync(join(unpacked, `elasticsearch-${VERSION}`), distributionFolder(context))
    rmSync(draft, { recursive: true })
    return program
  } catch (error) {
    signal.throwIfAborted()
    throw new Refusal({
      what: 'Elasticsearch could not be fetched',
      why: [
        error instanceof Error ? error.message : String(error),
        ...(error instanceof ToolFailure ? [error.tail.join('\n')] : []),
      ],
      wayOut: 'Check that Maven reaches its repository, start a Docker daemon, or set HEADROOM_ELASTICSEARCH_URL.',
    })
  } finally {
    release()
  }
}

function distributionFolder({ place }: Pick<StartContext, 'place'>): string {
  return join(place.cache, 'elasticsearch', VERSION)
}

function programPath(where: Pick<StartContext, 'place'>): string {
  return join(distributionFolder(where), 'bin/elasticsearch')
}
