// The report's sliders run the same files in a browser: everything here must bundle for one and answer without Node.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { SPECSDM91 } from './fixtures/usl-data-sets.ts'
import { fitUsl } from './usl.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

test('every law loads in a browser, and a fit there is the fit here', { timeout: 60_000 }, async () => {
  const laws = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const { outputFiles } = await build({
    stdin: { contents: laws.map((file) => `export * from './${file}'`).join('\n'), resolveDir: folder, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'capacityModel',
    logLevel: 'silent',
  })
  const question = { points: SPECSDM91, weighting: 'none', confidence: 0.95, at: [50], throughputs: [1500] } as const
  const browser = createContext({ question })
  runInContext(outputFiles[0]?.text ?? '', browser)
  const answer = runInContext('JSON.stringify(capacityModel.fitUsl(question))', browser)
  expect(answer).toBe(JSON.stringify(fitUsl(question)))
})
