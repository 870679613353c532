// The verdict for a terminal: the answer first, then every claim.

import type { Capacity } from '../contracts/capacity.ts'

export function verdictText({ verdict, answer, claims }: Capacity): string {
  const idWidth = Math.max(...claims.map(({ id }) => id.length)) + 2
  return [
    verdict,
    ...answer.map(({ about, verdict: own, sentence }) => `  ${(own ?? 'fact').padEnd(9)}${about}: ${sentence}`),
    '',
    ...claims.map(({ verdict: own, id, evidence }) => `  ${own.padEnd(9)}${id.padEnd(idWidth)}${evidence}`),
    '',
  ].join('\n')
}
