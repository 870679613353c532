// How to reach a running SUT: the shape of `.headroom/sut.json` (mode 0600, it holds token secrets).

import type { AppDemands } from './request-protection.ts'

export const SUT_ENDPOINT_FILE = 'sut.json'
/** Who is to be asked for metrics, as Prometheus' `file_sd_configs` reads it. */
export const SCRAPE_TARGETS_FILE = 'prometheus-targets.json'

export const TOPOLOGIES = ['one-process', 'process-per-service'] as const
export type Topology = (typeof TOPOLOGIES)[number]

/** The monolith's process, where it runs. */
export const MONOLITH_COMPONENT = 'sut:monolith'

export interface SutEndpoint {
  /** The gateway, `http://127.0.0.1:port`. */
  readonly baseUrl: string
  readonly topology: Topology
  /** HS256 secrets of users' and of administrators' tokens: the load generator signs its own test tokens. */
  readonly jwtSecret: string
  readonly adminJwtSecret: string
  /** Of the app's clients, and what their requests have to be; missing: neither signatures nor seals are looked at. */
  readonly clientSecret?: string
  readonly appDemands?: Exclude<AppDemands, 'off'>
  /** For CPU accounting: every process of the SUT and the gateway, by component name. */
  readonly processes: readonly { readonly component: string; readonly pid: number }[]
}

export function hasMonolith({ processes }: Pick<SutEndpoint, 'processes'>): boolean {
  return processes.some(({ component }) => component === MONOLITH_COMPONENT)
}
