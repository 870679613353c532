// What `OP --help` prints, and docs/model/OP.md holds: what the op answers, and a worked example with its real answer.

import type { ModelOp } from './op.ts'
import { renderAnswer } from './render.ts'

export function renderPage(name: string, summary: string, op: ModelOp): string {
  const result = op.run(op.example)
  if ('mistakes' in result) throw new Error(`the example of ${name} is wrong: ${result.mistakes.join('; ')}`)
  return `# model ${name}: ${summary}

${op.about}

    npm run --silent model -- ${name} < ${name}.json

With this in ${name}.json:

\`\`\`json
${JSON.stringify(op.example, null, 2)}
\`\`\`

the answer is:

\`\`\`json
${renderAnswer(result.answer)}\`\`\`
`
}
