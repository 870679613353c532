// What a service server and its client agree on.

export const DEADLINE_HEADER = 'x-headroom-deadline-ms'
export const REQUEST_ID_HEADER = 'x-request-id'

export interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly retryAfterSeconds?: number
}

export function servicePath(service: string, operation: string): string {
  return `/internal/${service}/${operation}`
}
