// Concurrent reads of one key share a read, but never one that began before they asked: it may not have seen what its
// caller was just told. Who asks while a read runs waits for the next one, together with all who ask meanwhile.

import { setTimeout as sleep } from 'node:timers/promises'
import { type CallContext, withinDeadline } from '../../telemetry/call-context.ts'

/** A read that takes longer than this is no longer waited for before the next one starts. */
const PATIENCE_MS = 100

interface Flight<T> {
  /** Resolves at its end, however it ends. */
  readonly over: Promise<void>
  next: Next<T> | undefined
}

interface Next<T> {
  /** Of whoever may wait longest: until then the read is of use. Each caller leaves at its own deadline. */
  context: CallContext
  readonly answer: Promise<T>
}

type Load<T> = (context: CallContext) => Promise<T>

export class SharedReads<T> {
  readonly #flights = new Map<string, Flight<T>>()

  async read(key: string, context: CallContext, load: Load<T>): Promise<T> {
    const flight = this.#flights.get(key)
    if (!flight) return this.#start(key, load(context))
    flight.next ??= this.#after(flight, key, context, load)
    if (context.deadlineAtMs > flight.next.context.deadlineAtMs) flight.next.context = context
    return withinDeadline(flight.next.answer, context)
  }

  #after(flight: Flight<T>, key: string, context: CallContext, load: Load<T>): Next<T> {
    const next: Next<T> = {
      context,
      answer: Promise.race([flight.over, sleep(PATIENCE_MS)]).then(() => this.#start(key, load(next.context))),
    }
    return next
  }

  #start(key: string, answer: Promise<T>): Promise<T> {
    const over = answer.then(
      () => {},
      () => {},
    )
    const flight: Flight<T> = { over, next: undefined }
    this.#flights.set(key, flight)
    void over.then(() => {
      if (!flight.next) this.#flights.delete(key)
    })
    return answer
  }
}
