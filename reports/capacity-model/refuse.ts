// One way to say no: a kebab-case reason a program can branch on and a sentence a person can act on.

import type { Refused } from '../../contracts/capacity-model/interval.ts'

export function refuse(reason: string, message: string, needed?: number): Refused {
  return { refused: needed === undefined ? { reason, message } : { reason, message, needed } }
}

export function isRefused(answer: object): answer is Refused {
  return 'refused' in answer
}
