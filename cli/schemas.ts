// `npm run schemas`: the JSON Schemas of the files that other programs read or write, published from the code.

import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { publishedSchemas } from './published-schemas.ts'
import { runCommand } from './run-command.ts'

await runCommand(
  'schemas',
  (program) => program.description('Write docs/schemas/ anew from the code; a test says when it is due.'),
  async (_, { json }) => {
    const written = []
    for (const { file, text } of publishedSchemas()) {
      await writeFile(fileURLToPath(file), text)
      written.push(fileURLToPath(file))
    }
    process.stdout.write(json ? `${JSON.stringify({ written })}\n` : `${written.join('\n')}\n`)
    return EXIT_CODES.pass
  },
)
