// A k6 script of one's own → what k6 runs: one bundle of the script, all it imports, and the scenario around it. The
// script's 'k6' and 'k6/http' become those of scenarios/own, which see every request and every check; k6 itself shows
// them to nobody (docs/decisions/0064).

import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { type BuildOptions, type BuildResult, build, type Message, type Plugin } from 'esbuild'
import { FLOW_NAME } from '../contracts/journal.ts'
import { FLOWS, LEGACY_FLOW } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { MIX } from './load.ts'

const OWN = join(import.meta.dirname, '..', 'scenarios', 'own')
const WATCHED = { k6: join(OWN, 'k6.ts'), 'k6/http': join(OWN, 'http.ts') } as const
/** Syntax that k6 2.2 hangs on or gets wrong, rewritten into what it knows. */
const UNKNOWN_TO_K6 = { 'for-await': false, 'async-generator': false, using: false, decorators: false } as const

export interface OwnFlow {
  readonly name: string
  /** The script, as an absolute path. */
  readonly script: string
}

/** The flow that a script is: named after its file. */
export function ownFlowOf(script: string): OwnFlow {
  const name = basename(script, extname(script))
  if (FLOW_NAME.test(name) && ![...FLOWS, MIX, LEGACY_FLOW].some((flow) => flow === name)) return { name, script }
  throw new Refusal({
    what: `${name} cannot be the name of a flow`,
    why: [
      FLOW_NAME.test(name)
        ? `${name} is a flow of the order system already`
        : 'a flow is named after its file: at most 40 letters, digits, dots, - and _',
    ],
    wayOut: 'Rename the file.',
  })
}

/** Of any file with an ending of JavaScript or TypeScript, and all it imports. */
const BUNDLE = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  supported: UNKNOWN_TO_K6,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  charset: 'utf8',
  logLevel: 'silent',
  // A script has no tsconfig of ours to obey.
  tsconfigRaw: {},
} as const satisfies BuildOptions

/** Writes the bundle; throws a Refusal that quotes the script's mistakes. */
export async function bundleFlow({ script }: OwnFlow, outfile: string): Promise<void> {
  await mkdir(dirname(outfile), { recursive: true })
  const entry = [
    `import * as script from ${JSON.stringify(script)}`,
    `import { ownFlow } from ${JSON.stringify(join(OWN, 'own-flow.ts'))}`,
    `export { handleSummary } from ${JSON.stringify(join(OWN, '..', 'summary.ts'))}`,
    'const own = ownFlow(script)',
    'export const { options, setup, teardown } = own',
    'export default own.iterate',
  ]
  await built(script, {
    ...BUNDLE,
    stdin: {
      contents: entry.join('\n'),
      resolveDir: dirname(script),
      sourcefile: 'flow-of-your-own.js',
      loader: 'js',
    },
    outfile,
    inject: [join(OWN, 'open-beside.ts')],
    define: { SCRIPT_FOLDER: JSON.stringify(dirname(script)) },
    plugins: [k6Modules, nothingFetched],
  })
}

/**
 * The same wherever the script lies, and another one when it, or anything that it imports, would do something else. What
 * it reads with open() while it runs is not in it.
 */
export async function scriptHash({ script }: OwnFlow): Promise<string> {
  const { outputFiles = [] } = await built(script, {
    ...BUNDLE,
    entryPoints: [script],
    write: false,
    // Comments and wrappers of a bundle name files as they lie here.
    minify: true,
    legalComments: 'none',
    external: ['k6', 'k6/*'],
    plugins: [nothingFetched],
  })
  const hash = createHash('sha256')
  for (const { contents } of outputFiles) hash.update(contents)
  return hash.digest('hex')
}

async function built(script: string, options: BuildOptions): Promise<BuildResult> {
  try {
    return await build(options)
  } catch (error) {
    const errors = (error as { readonly errors?: readonly Message[] }).errors
    if (errors === undefined) throw error
    throw new Refusal({
      what: `${script} cannot be bundled for k6`,
      why: errors.slice(0, 5).map(({ text, location }) => (location ? `line ${location.line}: ${text}` : text)),
      wayOut: 'Correct the script; docs/how-do-i-load-my-own-system.md says what it may use.',
    })
  }
}

const k6Modules: Plugin = {
  name: 'k6 modules',
  setup({ onResolve }) {
    onResolve({ filter: /^k6($|\/)/ }, ({ path, importer }) => {
      const watched = WATCHED[path as keyof typeof WATCHED]
      const isOurs = importer.startsWith(join(OWN, '..'))
      return watched === undefined || isOurs ? { path, external: true } : { path: watched }
    })
  },
}

const nothingFetched: Plugin = {
  name: 'nothing fetched',
  setup({ onResolve }) {
    onResolve({ filter: /^https?:/ }, ({ path }) => ({
      errors: [{ text: `${path} would be fetched from the network: install it with npm and import it by its name` }],
    }))
  },
}
