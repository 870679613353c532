import { Option } from 'commander'
import { Refusal } from '../contracts/refusal.ts'
import type { SutEndpoint } from '../contracts/sut-endpoint.ts'

/** `--legacy`, for the commands that launch the order system. */
export function legacyOption(): Option {
  return new Option('--legacy', 'with the monolith beside it, behind the old interfaces (/order/*.do)')
}

export function withoutMonolith({ baseUrl }: SutEndpoint): Refusal {
  return new Refusal({
    what: 'the order system runs already, without the monolith',
    why: [`${baseUrl} has no old interfaces`],
    wayOut: 'Stop it first (npm run down); then:',
    command: 'npm run up -- --legacy',
  })
}
