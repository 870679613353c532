// What travels with every call through the layers: whose request it is and until when an answer is of use.

import { SutError } from '../errors.ts'

export interface CallContext {
  readonly requestId: string
  /** On this process's monotonic clock; between processes the remaining time travels. */
  readonly deadlineAtMs: number
  /** The trace this call belongs to, when its caller named one. */
  readonly traceparent?: string | undefined
}

export function contextFor(requestId: string, budgetMs: number, traceparent?: string): CallContext {
  return { requestId, deadlineAtMs: performance.now() + budgetMs, traceparent }
}

/** For a part of the work that may not take all the time there is. */
export function withBudget(context: CallContext, budgetMs: number): CallContext {
  return { ...context, deadlineAtMs: Math.min(context.deadlineAtMs, performance.now() + budgetMs) }
}

/** Whole milliseconds left, at least 1. Throws when none are. */
export function remainingMs(context: CallContext): number {
  const leftMs = context.deadlineAtMs - performance.now()
  if (leftMs <= 0) throw deadlineExceeded()
  return Math.ceil(leftMs)
}

/** The same work, no longer waited for once this call's own deadline has passed. */
export async function withinDeadline<T>(work: Promise<T>, context: CallContext): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(deadlineExceeded()), remainingMs(context))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export function deadlineExceeded(cause?: unknown): SutError {
  return new SutError('deadline-exceeded', 'the answer took longer than this request may', {
    retryAfterSeconds: 1,
    cause,
  })
}
