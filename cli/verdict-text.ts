// The verdict for a terminal: the answer first, then every claim.

import type { Capacity } from '../contracts/capacity.ts'
import { wrap } from './wrap-text.ts'

const VERDICT_WIDTH = 8

export function verdictText({ verdict, answer, claims }: Capacity): string {
  const idWidth = Math.max(...claims.map(({ id }) => id.length)) + 1
  return [
    verdict,
    ...answer.flatMap(({ about, verdict: own, sentence }) =>
      behind(`  ${(own ?? 'fact').padEnd(VERDICT_WIDTH)}`, `${about}: ${sentence}`),
    ),
    '',
    ...claims.flatMap(({ verdict: own, id, evidence }) =>
      behind(`  ${own.padEnd(VERDICT_WIDTH)} ${id.padEnd(idWidth)}`, evidence),
    ),
    '',
  ].join('\n')
}

function behind(head: string, text: string): readonly string[] {
  return wrap(text, ' '.repeat(head.length + 1), head)
}
