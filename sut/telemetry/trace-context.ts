// W3C Trace Context (https://www.w3.org/TR/trace-context/): the caller's trace goes on through every process; a request that
// brings none gets one made of its request id, so that the gateway's log, ours and a tracing system can be joined.

import { randomBytes } from 'node:crypto'

export const TRACE_HEADER = 'traceparent'

/** Of a header that is one. */
export const TRACE_FORMAT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
const TRACE_END = 35
const SPAN_START = 36
const SPAN_END = 52
const SAMPLED = '01'

/** What a context says about its trace. */
export interface Traced {
  readonly requestId: string
  /** As the caller sent it. */
  readonly traceparent?: string | undefined
}

/** undefined for none, and for one that is not of this version. */
export function traceparentIn(header: unknown): string | undefined {
  return typeof header === 'string' && TRACE_FORMAT.test(header) ? header : undefined
}

/** For one call further down: the same trace, another span. */
export function nextTraceparent(traced: Traced): string {
  const { traceparent } = traced
  if (traceparent) return `${traceparent.slice(0, SPAN_START)}${nextSpanId()}${traceparent.slice(SPAN_END)}`
  return `00-${traceIdOf(traced)}-${nextSpanId()}-${SAMPLED}`
}

export function traceIdOf({ requestId, traceparent }: Traced): string {
  if (traceparent) return traceparent.slice(3, TRACE_END)
  // nginx's request id is 32 hexadecimal digits, and so is a UUID without its dashes.
  const digits = requestId.replaceAll('-', '')
  return /^[0-9a-f]{32}$/.test(digits) ? digits : Buffer.from(requestId).toString('hex').slice(0, 32).padEnd(32, '0')
}

const processPart = randomBytes(4).toString('hex')
let spans = 0

/** Unique to this process by its first half, counted in its second: no random numbers on a request's path. */
function nextSpanId(): string {
  spans = (spans + 1) % 0xffff_ffff
  return processPart + (spans + 1).toString(16).padStart(8, '0')
}
