// A front-end's request as the layers below know it: whose log lines it makes, which trace it belongs to, how long it may take.

import type { FastifyRequest } from 'fastify'
import { type CallContext, contextFor } from '../telemetry/call-context.ts'
import { TRACE_HEADER, traceparentIn } from '../telemetry/trace-context.ts'

export function contextOf({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>, deadlineMs: number): CallContext {
  return contextFor(id, deadlineMs, traceparentIn(headers[TRACE_HEADER]))
}
