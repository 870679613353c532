// A Java for Elasticsearch: JAVA_HOME, else the one in PATH.

import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from './find-program.ts'
import { runTool } from './run-tool.ts'
import type { StartContext } from './start-context.ts'
import { VERSIONS } from './versions.ts'

export interface Java {
  readonly home: string
  readonly major: number
}

/** Undefined when there is none, or when it is too old (Java 8 does not even know `--version`). */
export async function findJava({ place, env }: Pick<StartContext, 'place' | 'env'>): Promise<Java | undefined> {
  const path = findProgram(
    ['java'],
    [env.JAVA_HOME && join(env.JAVA_HOME, 'bin'), env.PATH].filter(Boolean).join(':'),
    place.account,
  )
  if (!path) return undefined
  try {
    const major = Number(/\d+/.exec(await runTool(path, ['--version'], { limitMs: 20_000, env }))?.[0])
    if (!(major >= Number(VERSIONS.floors.java))) return undefined
    return { home: dirname(dirname(realpathSync(path))), major }
  } catch {
    return undefined
  }
}
