// Counters and timings of one process, in Prometheus' text form at /metrics.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { StoreName } from '../../contracts/switches.ts'
import { SutError } from '../errors.ts'

export const SECONDS_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]

/** Of the interface: what a request's protection costs. Its whole time is that of its routes: request-metrics.ts. */
export type Layer = 'interface' | 'aggregation' | 'domain' | 'storage' | `${StoreName}-store`

/** `refused`: the caller's mistake or a rule of ours (4xx); only `fault` is a failure of the system. */
export type Outcome = 'ok' | 'refused' | 'fault'

export class Metrics {
  readonly registry = new Registry()
  readonly #calls = new Histogram({
    name: 'headroom_call_seconds',
    help: 'Time inside one layer, layers below included',
    labelNames: ['layer', 'operation', 'outcome'],
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  /** A timer with its labels looked up once: it sits on every request's path. */
  timer(layer: Layer, operation: string): (startedAtMs: number, outcome: Outcome) => void {
    const label = (outcome: Outcome) => this.#calls.labels(layer, operation, outcome)
    const by = { ok: label('ok'), refused: label('refused'), fault: label('fault') }
    return (startedAtMs, outcome) => by[outcome].observe((performance.now() - startedAtMs) / 1000)
  }

  counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] })
  }

  /** Read when scraped: a value for each value of one label. */
  gaugeBy(name: string, help: string, label: string, read: () => readonly (readonly [string, number])[]): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset()
        for (const [value, number] of read()) this.set({ [label]: value }, number)
      },
    })
  }

  /** Read when scraped. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read())
      },
    })
  }
}

export function outcomeOf(error: unknown): Outcome {
  return error instanceof SutError && error.status < 500 ? 'refused' : 'fault'
}

type Operations<S> = { readonly [K in keyof S]: (...args: never[]) => Promise<unknown> }

/** The same service with every call timed. */
export function timed<S extends Operations<S>>(
  metrics: Metrics,
  layer: Layer,
  service: S,
  operations: { readonly [K in keyof S]: unknown },
): S {
  const entries = (Object.keys(operations) as (keyof S & string)[]).map((operation) => {
    const observe = metrics.timer(layer, operation)
    const call = service[operation].bind(service)
    const timedCall = async (...args: never[]) => {
      const startedAtMs = performance.now()
      try {
        const result = await call(...args)
        observe(startedAtMs, 'ok')
        return result
      } catch (error) {
        observe(startedAtMs, outcomeOf(error))
        throw error
      }
    }
    return [operation, timedCall] as const
  })
  return Object.fromEntries(entries) as unknown as S
}
