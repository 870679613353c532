// The page's one script: Vega's runtime, its expression interpreter and our few lines, in one inline piece.

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ENTRY = fileURLToPath(new URL('browser/render-charts.ts', import.meta.url))

export async function browserScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
  })
  const [bundle] = outputFiles
  if (bundle === undefined) throw new Error('esbuild wrote no bundle')
  // The parser of HTML ends a script at this word wherever it stands; in JavaScript strings the escape means the same.
  return bundle.text.trim().replaceAll('</script', '<\\/script')
}
