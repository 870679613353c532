// Which statuses a script expects, by k6's own rule: 200 to 399, unless it says otherwise for all its requests
// (http.setResponseCallback) or for one (params.responseCallback).

export type StatusRange = number | { readonly min: number; readonly max: number }
export type Expects = (status: number) => boolean

export function expectsAnyOf(ranges: readonly StatusRange[]): Expects {
  return (status) =>
    ranges.some((range) => (typeof range === 'number' ? status === range : status >= range.min && status <= range.max))
}

/** `null`: whatever the status, as long as there is an answer. */
export const EXPECTS_AN_ANSWER: Expects = (status) => status !== 0
export const EXPECTS_SUCCESS = expectsAnyOf([{ min: 200, max: 399 }])
